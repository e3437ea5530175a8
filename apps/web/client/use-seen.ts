"use client";

import { type RefObject, useEffect, useRef, useState } from "react";

/** So much of it has to be in sight. */
const seenShare = 0.5;

/** Whether an element was in sight once, by half: what is heavy is loaded when somebody looks at it. */
export function useSeen<Shown extends Element>(): { ref: RefObject<Shown | null>; isSeen: boolean } {
  const ref = useRef<Shown>(null);
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    const element = ref.current;
    if (isSeen || element === null) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true);
      },
      { threshold: seenShare },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [isSeen]);
  return { ref, isSeen };
}
