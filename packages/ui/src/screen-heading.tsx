import { type Ref, useEffect, useRef } from 'react';

/** The one `h1` of a screen. It takes the focus when the screen appears, so that reading starts there. */
export function ScreenHeading({ children, ref }: { children: string; ref?: Ref<HTMLHeadingElement> }) {
  const own = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    own.current?.focus({ preventScroll: true });
  }, []);
  return (
    <h1
      tabIndex={-1}
      ref={(element) => {
        own.current = element;
        if (typeof ref === 'function') ref(element);
        else if (ref) ref.current = element;
      }}
    >
      {children}
    </h1>
  );
}
