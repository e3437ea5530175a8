/** The product's sign: a tap, and its waves. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg aria-hidden viewBox="0 0 32 32" className={className}>
      <rect width="32" height="32" rx="7" fill="var(--action)" />
      <g fill="none" stroke="var(--on-action)" strokeWidth="2.6" strokeLinecap="round">
        <path d="M7 16h10" />
        <path d="M20 11.5a6.4 6.4 0 0 1 0 9" />
        <path d="M24 8a11.4 11.4 0 0 1 0 16" />
      </g>
      <circle cx="7.5" cy="16" r="2.6" fill="var(--on-action)" />
    </svg>
  );
}
