import { Facts, Icon, LinkButton, ScreenHeading } from '@segl/ui';
import { useIdentification } from '../identification.tsx';
import type { AppView } from '../server/id-host.ts';
import { en, type TextKey } from '../texts/en.ts';
import { useWords } from '../texts/use-words.tsx';
import { Frame } from './frame.tsx';

type Ending = 'success' | 'user_aborted' | 'failed' | 'timed_out' | 'invalidated';

/** How it ended, and the way back. It is shown for as long as it takes to get there, and to whoever opens the link again. */
export function EndedScreen({ view }: { view: AppView }) {
  const { say } = useWords();
  const { framed } = useIdentification();
  const ending = view.status as Ending;
  const account = view.accountName;
  const good = ending === 'success';
  const bad = ending === 'failed';
  return (
    <Frame>
      <div className={`stop-mark${good ? ' stop-mark--good' : bad ? ' stop-mark--danger' : ''}`}>
        <Icon name={good ? 'check' : bad ? 'alert' : 'hourglass'} size={28} />
      </div>
      <ScreenHeading>{say(`ended.${ending}.heading`)}</ScreenHeading>
      <p>{ending === 'failed' ? say(errorText(view.error?.code)) : say(`ended.${ending}.body`, { account })}</p>
      {bad && (
        <Facts
          facts={[
            { term: say('ended.code'), value: view.error?.code ?? '', code: true },
            { term: say('ended.reference'), value: view.requestId, code: true },
          ]}
        />
      )}
      {view.returnUrl && !view.frame?.webMessaging && (
        <LinkButton href={view.returnUrl} target={framed ? '_top' : undefined} rel="noreferrer">
          {framed ? say('ended.continue') : say('ended.back', { account })}
        </LinkButton>
      )}
    </Frame>
  );
}

function errorText(code: string | undefined): TextKey {
  const key = `error.${code}`;
  return Object.hasOwn(en, key) ? (key as TextKey) : 'error.internal_error';
}
