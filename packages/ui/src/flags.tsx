type Cross = { ground: string; cross: string; inner?: string };

/** All of the north: a cross on a ground, with another inside it or none. */
const CROSSES: Partial<Record<string, Cross>> = {
  NO: { ground: '#ba0c2f', cross: '#fff', inner: '#00205b' },
  SE: { ground: '#005293', cross: '#ffcd00' },
  DK: { ground: '#c8102e', cross: '#fff' },
  FI: { ground: '#fff', cross: '#002f6c' },
};

/** The flag of a country, as decoration beside the country's eID. Unknown countries show their code on a plain ground. */
export function Flag({ countryCode }: { countryCode: string }) {
  const flag = CROSSES[countryCode];
  return (
    <svg className="flag" width="33" height="24" viewBox="0 0 22 16" aria-hidden="true" focusable="false">
      {flag ? (
        <>
          <path fill={flag.ground} d="M0 0h22v16H0z" />
          <path fill={flag.cross} d="M6 0h4v16H6z M0 6h22v4H0z" />
          {flag.inner && <path fill={flag.inner} d="M7 0h2v16H7z M0 7h22v2H0z" />}
        </>
      ) : (
        <>
          <path fill="#5b6270" d="M0 0h22v16H0z" />
          <text x="11" y="11.5" textAnchor="middle" fontSize="9" fontWeight="600" fill="#fff">
            {countryCode}
          </text>
        </>
      )}
    </svg>
  );
}
