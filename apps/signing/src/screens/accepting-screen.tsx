import { Button, Facts, Notice, ScreenHeading } from '@segl/ui';
import type { Remark } from '../flow/screen.ts';
import { Frame, Sheet } from '../frame/frame.tsx';
import { useSigning, useView } from '../signing.tsx';
import { useSpeech } from '../texts/use-speech.tsx';

/** The signer has logged in; what is left is to say yes. */
export default function AcceptingScreen({ busy, remark }: { busy?: boolean; remark?: Remark }) {
  const { say } = useSpeech();
  const { flow } = useSigning();
  const { document: shown, account, identity } = useView();
  const facts = identity
    ? [
        { term: say('signed.who'), value: identity.fullName },
        { term: say('signed.how'), value: identity.methodName },
      ]
    : [];
  return (
    <Frame
      title={shown.title}
      subtitle={account.name}
      back={{ label: say('frame.back_to_document'), onClick: () => history.back() }}
    >
      <Sheet>
        <ScreenHeading>{say('accept.heading')}</ScreenHeading>
        <p>{say('accept.body', { title: shown.title, account: account.name })}</p>
        <Facts facts={facts} />
        {remark && <Notice tone="danger">{say(`remark.${remark}`)}</Notice>}
        <div className="button-row">
          <Button busy={busy} onClick={() => void flow.acceptDocument()}>
            {say(busy ? 'sign_here.busy' : 'accept.sign')}
          </Button>
        </div>
      </Sheet>
    </Frame>
  );
}
