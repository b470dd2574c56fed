import { Button, Field, Notice, ScreenHeading } from '@segl/ui';
import { type FormEvent, useState } from 'react';
import type { Remark } from '../flow/screen.ts';
import { Frame, Sheet } from '../frame/frame.tsx';
import { DrawingArea } from '../handwriting/drawing-area.tsx';
import { paintStrokes, paintTyped } from '../handwriting/paint.ts';
import { type Stroke, strokesAsSent } from '../handwriting/strokes.ts';
import { useSigning, useView } from '../signing.tsx';
import { useSpeech } from '../texts/use-speech.tsx';

/** The signer draws a signature, or has the name set in a script face. */
export default function HandwritingScreen({ busy, remark }: { busy?: boolean; remark?: Remark | 'signature_empty' }) {
  const { say } = useSpeech();
  const { flow } = useSigning();
  const { document: shown, account, identity, signer } = useView();
  const [firstName, setFirstName] = useState(signer.firstName ?? '');
  const [lastName, setLastName] = useState(signer.lastName ?? '');
  const [kind, setKind] = useState<'drawn' | 'typed'>('drawn');
  const [strokes, setStrokes] = useState<Stroke[]>([]);
  const [isPainting, setPainting] = useState(false);
  const name = identity ? identity.fullName : `${firstName} ${lastName}`.trim();
  const isNamed = identity !== undefined || (firstName.trim() !== '' && lastName.trim() !== '');
  const isReady = isNamed && (kind === 'typed' || strokes.length > 0);

  async function sign(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!isReady || busy || isPainting) return;
    setPainting(true);
    const picture = kind === 'drawn' ? paintStrokes(strokes) : await paintTyped(name);
    setPainting(false);
    const names = identity ?? { firstName, lastName };
    await flow.signByHand({
      kind,
      firstName: names.firstName.trim(),
      lastName: names.lastName.trim(),
      picture,
      strokes: kind === 'drawn' ? strokesAsSent(strokes) : [],
    });
  }

  return (
    <Frame
      title={shown.title}
      subtitle={account.name}
      back={{ label: say('frame.back_to_document'), onClick: () => history.back() }}
    >
      <Sheet>
        <form className="form" onSubmit={(event) => void sign(event)} noValidate>
          <ScreenHeading>{say('hand.heading')}</ScreenHeading>
          {identity ? (
            <p>{say('hand.known', { name: identity.fullName, method: identity.methodName })}</p>
          ) : (
            <div className="form__pair">
              <NameField
                label={say('hand.first_name')}
                value={firstName}
                complete="given-name"
                onChange={setFirstName}
              />
              <NameField label={say('hand.last_name')} value={lastName} complete="family-name" onChange={setLastName} />
            </div>
          )}
          <fieldset className="segments">
            <legend>{say('hand.kind')}</legend>
            {(['drawn', 'typed'] as const).map((one) => (
              <label key={one} className="segments__option">
                <input type="radio" name="kind" checked={kind === one} onChange={() => setKind(one)} />
                <span>{say(`hand.${one}`)}</span>
              </label>
            ))}
          </fieldset>
          {kind === 'drawn' ? (
            <DrawingArea strokes={strokes} onChange={setStrokes} />
          ) : (
            <p className="typed-signature" lang="">
              {name || '…'}
            </p>
          )}
          <p className="muted small">{say('hand.meaning', { title: shown.title })}</p>
          {remark && (
            <Notice tone="danger">{say(remark === 'signature_empty' ? 'hand.empty' : `remark.${remark}`)}</Notice>
          )}
          <div className="button-row">
            <Button type="submit" busy={busy || isPainting || !isReady}>
              {say(busy ? 'sign_here.busy' : 'accept.sign')}
            </Button>
          </div>
        </form>
      </Sheet>
    </Frame>
  );
}

function NameField({
  label,
  value,
  complete,
  onChange,
}: {
  label: string;
  value: string;
  complete: string;
  onChange: (value: string) => void;
}) {
  return (
    <Field
      label={label}
      control={(described) => (
        <input
          {...described}
          className="field__control"
          value={value}
          maxLength={100}
          autoComplete={complete}
          required
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    />
  );
}
