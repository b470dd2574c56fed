import { CardAction, Flag, Notice, ScreenHeading } from '@segl/ui';
import { Frame, Sheet } from '../frame/frame.tsx';
import type { SigningMethod } from '../server/contract.ts';
import { useSigning, useView } from '../signing.tsx';
import type { TextKey } from '../texts/languages.ts';
import { useSpeech } from '../texts/use-speech.tsx';

const ownWords: Record<string, TextKey> = { no_bankid_netcentric: 'choose.no_bankid_netcentric' };

const HOME: Record<string, string | undefined> = { NO: 'NO', SV: 'SE', DA: 'DK', FI: 'FI' };

/** Methods of the language's own country come first; otherwise the sender's order stands. */
export function inOrderFor(language: string, methods: readonly SigningMethod[]): SigningMethod[] {
  const country = HOME[language];
  const rank = (method: SigningMethod) => (method.countryCode === country ? 0 : 1);
  return [...methods].sort((a, b) => rank(a) - rank(b));
}

/** One question: with which eID. Skipped when there is only one. */
export function ChoosingScreen({ remark }: { remark?: 'left_eid' | 'no_connection' }) {
  const { say, language } = useSpeech();
  const { flow } = useSigning();
  const { document: shown, account, methods, signer } = useView();
  return (
    <Frame
      title={shown.title}
      subtitle={account.name}
      back={{ label: say('frame.back_to_document'), onClick: () => history.back() }}
    >
      <Sheet>
        <ScreenHeading>{say('choose.heading')}</ScreenHeading>
        <p>{signer.firstName ? say('choose.greeting', { name: signer.firstName }) : say('choose.greeting_unknown')}</p>
        {remark && (
          <Notice
            tone={remark === 'no_connection' ? 'danger' : 'info'}
            dismiss={{ label: say('remark.dismiss'), onClick: flow.dismissRemark }}
          >
            {say(`remark.${remark}`)}
          </Notice>
        )}
        <ul className="card-list">
          {inOrderFor(language.code, methods).map((method) => (
            <li key={method.method}>
              <CardAction
                media={<Flag countryCode={method.countryCode} />}
                title={method.name}
                description={method.description ?? say(ownWords[method.method] ?? 'choose.any_eid')}
                onClick={() => void flow.chooseMethod(method)}
              />
            </li>
          ))}
        </ul>
      </Sheet>
    </Frame>
  );
}
