import { Button, Icon, type IconName, ScreenHeading } from '@segl/ui';
import { useEffect } from 'react';
import { type StopReason, secondsToNextLook } from '../flow/screen.ts';
import { ContactDetails } from '../frame/contact-details.tsx';
import { Frame, Sheet } from '../frame/frame.tsx';
import { PlainText } from '../frame/plain-text.tsx';
import type { Sender } from '../server/contract.ts';
import { useSigning } from '../signing.tsx';
import { useSpeech } from '../texts/use-speech.tsx';

const icons: Record<StopReason, IconName> = {
  waiting_for_attachments: 'hourglass',
  not_your_turn: 'hourglass',
  completed_without_you: 'check',
  expired: 'hourglass',
  canceled: 'document',
  unknown_link: 'link-off',
  open_link_again: 'link-off',
  session_ended: 'hourglass',
  maintenance: 'hourglass',
  canceled_by_you: 'document',
  eid_window: 'check',
  not_allowed: 'link-off',
  account_closed: 'link-off',
};

const WAITS: readonly StopReason[] = ['waiting_for_attachments', 'not_your_turn'];

/** Nothing to sign here, at least not now: what happened, what to do, whom to ask. */
export function StoppedScreen({
  reason,
  redirect,
  sender,
}: {
  reason: StopReason;
  redirect?: string;
  sender?: Sender;
}) {
  const { say } = useSpeech();
  const { flow, view, locked } = useSigning();

  useEffect(() => {
    const seconds = secondsToNextLook(reason);
    if (seconds === null) return;
    const timer = setInterval(() => void flow.lookAgain(), seconds * 1000);
    return () => clearInterval(timer);
  }, [reason, flow]);

  // Before a session is open nothing is known of the sender, and a link that leads nowhere must not tell more.
  const known = reason === 'unknown_link' ? null : (sender ?? view ?? locked);
  const title = reason === 'unknown_link' || sender ? undefined : view?.document.title;
  const account = known?.account.name ?? '';
  return (
    <Frame title={title ?? say('app.title')} subtitle={account || undefined}>
      <Sheet>
        <div className="stop-mark">
          <Icon name={icons[reason]} size={28} />
        </div>
        <ScreenHeading>{say(`stop.${reason}.heading`)}</ScreenHeading>
        <p>{say(`stop.${reason}.body`, { account })}</p>
        {reason === 'canceled' && view?.cancelReason && (
          <section className="from-sender">
            <h2>{say('stop.canceled.reason')}</h2>
            <PlainText text={view.cancelReason} />
          </section>
        )}
        {WAITS.includes(reason) && (view ?? locked)?.turnIsTold && <p>{say('stop.turn_is_told')}</p>}
        {reason === 'open_link_again' && <p className="muted small">SA-1008</p>}
        {(reason === 'session_ended' || reason === 'canceled_by_you') && (
          <Button onClick={() => void flow.startAgain()}>{say(`stop.${reason}.action`)}</Button>
        )}
        {reason === 'maintenance' && (
          <Button onClick={() => void flow.start()}>{say('stop.maintenance.action')}</Button>
        )}
        {redirect && (
          <Button onClick={() => void flow.leave(redirect)}>{say('frame.back_to_sender', { account })}</Button>
        )}
        {known && (
          <section className="sheet__contact">
            <h2>{say('contact.questions', { account })}</h2>
            <ContactDetails view={known} />
          </section>
        )}
      </Sheet>
    </Frame>
  );
}
