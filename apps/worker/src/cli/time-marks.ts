const mostMarks = 14;
/** Hours between two marks, of which the shortest is taken that is not too close. */
const distances = [1, 3, 6, 12, 24, 48, 168];

/** Marks of a time axis of so many minutes: where each is, and how long after the begin that is. */
export function timeMarks(minutes: number): { readonly minute: number; readonly label: string }[] {
  const hours = minutes / 60;
  const apart = distances.find((distance) => hours / distance <= mostMarks) ?? Math.ceil(hours / mostMarks);
  return Array.from({ length: Math.floor(hours / apart) + 1 }, (_, index) => {
    const after = index * apart;
    return { minute: after * 60, label: apart % 24 === 0 ? `${after / 24} d` : `${after} h` };
  });
}
