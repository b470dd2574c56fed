import { CardAction, Flag, Notice, ScreenHeading } from '@segl/ui';
import { useMemo } from 'react';
import { inOrderFor } from '../flow/method-order.ts';
import { Frame, Sheet } from '../frame/frame.tsx';
import { lastMethod, rememberMethod } from '../session/last-method.ts';
import { useSigning, useView } from '../signing.tsx';
import type { TextKey } from '../texts/languages.ts';
import { useSpeech } from '../texts/use-speech.tsx';

const ownWords: Record<string, TextKey> = { no_bankid_netcentric: 'choose.no_bankid_netcentric' };

const ofDevice = () => localStorage;

/** One question: with which eID. Skipped when there is only one. */
export function ChoosingScreen({ remark }: { remark?: 'left_eid' | 'no_connection' }) {
  const { say, language } = useSpeech();
  const { flow } = useSigning();
  const { document: shown, account, methods, signer } = useView();
  const ordered = useMemo(() => inOrderFor(language.code, lastMethod(ofDevice), methods), [language.code, methods]);
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
          {ordered.map((method) => (
            <li key={method.method}>
              <CardAction
                media={<Flag countryCode={method.countryCode} />}
                title={method.name}
                description={method.description ?? say(ownWords[method.method] ?? 'choose.any_eid')}
                onClick={() => {
                  rememberMethod(ofDevice, method.method);
                  void flow.chooseMethod(method);
                }}
              />
            </li>
          ))}
        </ul>
      </Sheet>
    </Frame>
  );
}
