import { Button, Field, Notice, ScreenHeading } from '@segl/ui';
import { type FormEvent, useState } from 'react';
import { Frame, Sheet } from '../frame/frame.tsx';
import { PlainText } from '../frame/plain-text.tsx';
import type { DialogBefore } from '../server/contract.ts';
import { useSigning, useView } from '../signing.tsx';
import { useSpeech } from '../texts/use-speech.tsx';

type FormField = DialogBefore['fields'][number];

/** What the sender says and asks before the document. */
export default function DialogScreen() {
  const { say } = useSpeech();
  const { flow } = useSigning();
  const { document: shown, account, dialogs } = useView();
  const [answers, setAnswers] = useState<Record<string, string>>({});
  const [accepted, setAccepted] = useState(false);
  const [wrong, setWrong] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  const before = dialogs?.before;
  if (!before) return null;
  const answerOf = ({ key, type }: FormField) => answers[key] ?? (type === 'Checkbox' ? 'false' : '');
  const isMissing = (field: FormField) => field.required && ['', 'false'].includes(answerOf(field).trim());
  const isReady = (accepted || !before.useCheckBox) && !before.fields.some(isMissing);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!isReady || busy) return;
    setBusy(true);
    setWrong(await flow.acceptDialog(accepted, answers));
    setBusy(false);
  }

  return (
    <Frame title={shown.title} subtitle={account.name}>
      <Sheet>
        <form className="form" onSubmit={(event) => void submit(event)} noValidate>
          <ScreenHeading>{before.title || say('dialog.heading', { account: account.name })}</ScreenHeading>
          {before.message && <PlainText text={before.message} />}
          {wrong.length > 0 && <Notice tone="danger">{say('dialog.wrong', { count: wrong.length })}</Notice>}
          {before.fields.map((field) => {
            const label = field.description || field.key;
            const set = (value: string) => setAnswers((now) => ({ ...now, [field.key]: value }));
            if (field.type === 'Checkbox') {
              const isTicked = answerOf(field) === 'true';
              return <Tick key={field.key} label={label} checked={isTicked} onChange={(value) => set(String(value))} />;
            }
            return (
              <Field
                key={field.key}
                label={field.required ? label : say('dialog.optional', { label })}
                error={wrong.includes(field.key) ? say('dialog.field_wrong') : undefined}
                control={(described) => (
                  <input
                    {...described}
                    className="field__control"
                    value={answerOf(field)}
                    required={field.required}
                    maxLength={2000}
                    onChange={(event) => set(event.target.value)}
                  />
                )}
              />
            );
          })}
          {before.useCheckBox && (
            <Tick label={say('dialog.read_and_agree')} checked={accepted} onChange={setAccepted} />
          )}
          <div className="button-row">
            <Button type="submit" busy={busy || !isReady}>
              {say('attachment.continue')}
            </Button>
          </div>
        </form>
      </Sheet>
    </Frame>
  );
}

function Tick({ label, checked, onChange }: { label: string; checked: boolean; onChange: (checked: boolean) => void }) {
  return (
    <label className="confirmation">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
      <span>{label}</span>
    </label>
  );
}
