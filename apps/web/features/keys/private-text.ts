/** Whether a text holds something private, which is not sent anywhere: the server looks for it again. */
export const isPrivate = (text: string): boolean => /PRIVATE KEY|AGE-SECRET-KEY/i.test(text);
