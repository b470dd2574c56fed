import { Button, Facts, Icon, ScreenHeading } from '@segl/ui';
import type { Failure } from '../flow/screen.ts';
import { ContactDetails } from '../frame/contact-details.tsx';
import { Frame, Sheet } from '../frame/frame.tsx';
import { useSigning } from '../signing.tsx';
import { en } from '../texts/en.ts';
import type { TextKey } from '../texts/languages.ts';
import { useSpeech } from '../texts/use-speech.tsx';

/** Which eID it was makes no difference to the words. */
const NOT_STARTED: readonly string[] = ['SA-1010', 'SA-1018', 'SA-1020', 'SA-1021', 'SA-1022', 'SA-1026'];

/** The document can still be read. */
const NO_METHOD: readonly string[] = ['SA-1001', 'SA-1011'];

function wordsFor(failure: Failure): TextKey {
  if (failure.retry === 'complete_attempt') return 'failed.no_answer';
  const code = NOT_STARTED.includes(failure.code) ? 'SA-1014' : failure.code;
  const key = `failed.${code}`;
  return Object.hasOwn(en, key) ? (key as TextKey) : 'failed.other';
}

/** A step could not be finished: what happened, what to do, whom to ask; codes and request id small. */
export function FailedScreen({ failure }: { failure: Failure }) {
  const { say } = useSpeech();
  const { flow, view: open, locked } = useSigning();
  const view = open ?? locked;
  const nothingSigned = failure.retry === 'choose_method' || failure.retry === null;
  const leadsBack = open !== null && (failure.retry === 'choose_method' || NO_METHOD.includes(failure.code));
  const codes = [
    { term: say('failed.code'), value: failure.code, code: true },
    ...(failure.eidErrorCode ? [{ term: say('failed.eid_code'), value: failure.eidErrorCode, code: true }] : []),
    ...(failure.requestId ? [{ term: say('failed.request'), value: failure.requestId, code: true }] : []),
  ];
  return (
    <Frame
      title={view?.document?.title ?? say('app.title')}
      subtitle={view?.account.name}
      back={leadsBack ? { label: say('frame.back_to_document'), onClick: flow.backToDocument } : undefined}
    >
      <Sheet>
        <div className="stop-mark stop-mark--danger">
          <Icon name="alert" size={28} />
        </div>
        <ScreenHeading>
          {say(failure.retry === 'choose_method' ? 'failed.heading_eid' : 'failed.heading')}
        </ScreenHeading>
        <p>
          {say(wordsFor(failure))} {nothingSigned && view && say('failed.nothing_signed')}
        </p>
        {failure.eidErrorMessage && <p>{say('failed.eid_says', { message: failure.eidErrorMessage })}</p>}
        <div className="button-row">
          {failure.retry && <Button onClick={() => void flow.tryAgain()}>{say('failed.try_again')}</Button>}
          {view && nothingSigned && (
            <Button variant="text" onClick={() => void flow.cancelSigning()}>
              {say('failed.leave')}
            </Button>
          )}
        </div>
        {view && (
          <section className="sheet__contact">
            <h2>{say('contact.questions', { account: view.account.name })}</h2>
            <ContactDetails view={view} />
          </section>
        )}
        <Facts facts={codes} />
      </Sheet>
    </Frame>
  );
}
