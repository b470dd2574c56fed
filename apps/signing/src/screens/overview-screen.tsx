import { CardAction, Icon, type IconName, ScreenHeading } from '@segl/ui';
import { nextAttachment } from '../flow/screen.ts';
import { Frame, Sheet } from '../frame/frame.tsx';
import { useSigning, useView } from '../signing.tsx';
import type { TextKey } from '../texts/languages.ts';
import { useSpeech } from '../texts/use-speech.tsx';

type RowState = 'open' | 'done' | 'locked';

const STATE_ICONS: Record<RowState, IconName> = { open: 'chevron-right', done: 'check', locked: 'lock' };

/** All that the signer is to see: attachments in any order, then the document. */
export default function OverviewScreen() {
  const { say } = useSpeech();
  const { flow } = useSigning();
  const view = useView();
  const { document: shown, account, attachments } = view;
  const left = attachments.filter(({ accepted }) => !accepted).length;
  const rows: {
    key: string;
    title: string;
    description?: string;
    asks: TextKey;
    state: RowState;
    onClick: () => void;
  }[] = [
    ...attachments.map((attachment) => ({
      key: attachment.id,
      title: attachment.title,
      description: attachment.description,
      asks: `overview.${attachment.type}` as const,
      state: attachment.accepted ? ('done' as const) : ('open' as const),
      onClick: () => flow.openAttachment(attachment.id),
    })),
    {
      key: 'main',
      title: shown.title,
      description: shown.description,
      asks: 'overview.main',
      state: nextAttachment(view) ? 'locked' : 'open',
      onClick: flow.openDocument,
    },
  ];
  return (
    <Frame title={shown.title} subtitle={account.name}>
      <Sheet>
        <ScreenHeading>{say('overview.heading', { count: left + 1 })}</ScreenHeading>
        <p>{say('overview.body', { account: account.name })}</p>
        <ul className="card-list">
          {rows.map(({ key, title, description, asks, state, onClick }) => (
            <li key={key}>
              <CardAction
                media={<Icon name="document" />}
                title={title}
                description={[description, say(asks), say(`overview.${state}`)].filter(Boolean).join(' · ')}
                icon={STATE_ICONS[state]}
                locked={state === 'locked'}
                onClick={onClick}
              />
            </li>
          ))}
        </ul>
      </Sheet>
    </Frame>
  );
}
