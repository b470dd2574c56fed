import { Button, CardAction, Field, Flag, Notice, ScreenHeading, Spinner } from '@segl/ui';
import { type FormEvent, useEffect, useState } from 'react';
import type { Remark } from '../flow/screen.ts';
import { ContactDetails } from '../frame/contact-details.tsx';
import { Frame, Sheet } from '../frame/frame.tsx';
import type { LockedView, PendingAuthentication } from '../server/contract.ts';
import { useSigning } from '../signing.tsx';
import { useSpeech } from '../texts/use-speech.tsx';

/** Who asks, and why; nothing of the document, because nobody knows yet who is reading. */
export default function ProvingScreen({ busy, remark }: { busy?: boolean; remark?: Remark }) {
  const { say } = useSpeech();
  const { flow, locked } = useSigning();
  if (!locked) return null;
  const { account, authentication } = locked;
  return (
    <Frame title={say('app.title')} subtitle={account.name}>
      <Sheet>
        <ScreenHeading>{say('prove.heading')}</ScreenHeading>
        <p>{say('prove.body', { account: account.name })}</p>
        {remark && (
          <Notice
            tone={remark === 'no_connection' ? 'danger' : 'info'}
            dismiss={{ label: say('remark.dismiss'), onClick: flow.dismissRemark }}
          >
            {say(remark === 'left_eid' ? 'prove.left_eid' : 'remark.no_connection')}
          </Notice>
        )}
        {busy ? (
          <Spinner />
        ) : authentication.step === 'eid' ? (
          <ul className="card-list">
            {authentication.methods.map((method) => (
              <li key={method.method}>
                <CardAction
                  media={<Flag countryCode={method.countryCode} />}
                  title={method.name}
                  description={method.description ?? say('prove.with_eid')}
                  onClick={() => void flow.proveAt(method)}
                />
              </li>
            ))}
          </ul>
        ) : (
          <Code authentication={authentication} />
        )}
        <Whom locked={locked} />
      </Sheet>
    </Frame>
  );
}

function Code({ authentication }: { authentication: PendingAuthentication }) {
  const { say } = useSpeech();
  const { flow } = useSigning();
  const [code, setCode] = useState('');
  const [outcome, setOutcome] = useState<'wrong' | 'expired' | 'used_up' | null>(null);
  const [busy, setBusy] = useState(false);
  const { code: sent, maskedNumber = '' } = authentication;
  const seconds = useSecondsUntil(sent?.resendAt);

  async function send(): Promise<void> {
    setBusy(true);
    setCode('');
    setOutcome(null);
    await flow.sendCode();
    setBusy(false);
  }

  async function check(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (busy || code.length !== 6) return;
    setBusy(true);
    const found = await flow.checkCode(code);
    if (found !== null && found !== 'passed') setOutcome(found);
    setCode('');
    setBusy(false);
  }

  if (!sent) {
    return (
      <>
        <p>{say('code.will_be_sent', { number: maskedNumber })}</p>
        <div className="button-row">
          <Button busy={busy} onClick={() => void send()}>
            {say('code.send')}
          </Button>
        </div>
      </>
    );
  }
  const error = outcome && say(`code.${outcome}`, { count: sent.triesLeft });
  return (
    <form className="form" onSubmit={(event) => void check(event)} noValidate>
      <Field
        label={say('code.label')}
        description={say('code.sent', { number: maskedNumber })}
        error={error ?? undefined}
        control={(described) => (
          <input
            {...described}
            className="field__control code-field"
            inputMode="numeric"
            autoComplete="one-time-code"
            pattern="[0-9]*"
            maxLength={12}
            value={code}
            onChange={(event) => setCode(event.target.value.replace(/\D/g, '').slice(0, 6))}
          />
        )}
      />
      <div className="button-row">
        <Button type="submit" busy={busy || code.length !== 6 || sent.triesLeft === 0}>
          {say('code.check')}
        </Button>
        {sent.sendsLeft > 0 && (
          <Button variant="text" busy={busy || seconds > 0} onClick={() => void send()}>
            {seconds > 0 ? say('code.resend_in', { seconds }) : say('code.resend')}
          </Button>
        )}
      </div>
    </form>
  );
}

/** Whole seconds, counted down. */
function useSecondsUntil(instant: string | undefined): number {
  const left = () => (instant === undefined ? 0 : Math.max(0, Math.ceil((Date.parse(instant) - Date.now()) / 1000)));
  const [seconds, setSeconds] = useState(left);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is left follows from the instant
  useEffect(() => {
    setSeconds(left());
    const timer = setInterval(() => setSeconds(left()), 1000);
    return () => clearInterval(timer);
  }, [instant]);
  return seconds;
}

function Whom({ locked }: { locked: LockedView }) {
  const { say } = useSpeech();
  const { flow } = useSigning();
  return (
    <section className="sheet__contact">
      <h2>{say('contact.questions', { account: locked.account.name })}</h2>
      <ContactDetails view={locked} />
      <Button variant="text" onClick={() => void flow.cancelSigning()}>
        {say('failed.leave')}
      </Button>
    </section>
  );
}
