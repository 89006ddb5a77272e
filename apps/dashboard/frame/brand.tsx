/** The sign and the name: three lanes, each above the other. */
export function Brand() {
  return (
    <>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d="M5 18h14" stroke="var(--bronze)" />
        <path d="M8 12h11" stroke="var(--silver)" />
        <path d="M11 6h8" stroke="var(--gold)" />
      </svg>
      <span>Lanekeeper</span>
    </>
  );
}
