import type { Sender } from '../server/contract.ts';
import { useSpeech } from '../texts/use-speech.tsx';

function linkTo(url: string): string {
  return /^https?:\/\//i.test(url) ? url : `https://${url}`;
}

/** How to reach the sender, as links that work on a phone. */
export function ContactDetails({ view }: { view: Sender }) {
  const { say } = useSpeech();
  const { name, email, phone, url } = view.contact;
  if (!email && !phone && !url && !name) return <p>{say('contact.none', { account: view.account.name })}</p>;
  return (
    <ul className="contact">
      {name && <li>{name}</li>}
      {email && (
        <li>
          <a href={`mailto:${email}`}>{email}</a>
        </li>
      )}
      {phone && (
        <li>
          <a href={`tel:${phone.replace(/[^+\d]/g, '')}`}>{phone}</a>
        </li>
      )}
      {url && (
        <li>
          <a href={linkTo(url)} target="_blank" rel="noreferrer">
            {url.replace(/^https?:\/\//i, '').replace(/\/$/, '')}
          </a>
        </li>
      )}
    </ul>
  );
}
