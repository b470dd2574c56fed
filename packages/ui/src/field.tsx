import { type ComponentProps, type ReactNode, useId } from 'react';
import { Icon } from './icons.tsx';

type Described = { id: string; 'aria-describedby': string | undefined; 'aria-invalid': true | undefined };

/** A label, what is asked, the control, and what is wrong with it, tied together for assistive technology. */
export function Field({
  label,
  description,
  error,
  control,
}: {
  label: string;
  description?: string;
  error?: string;
  control: (described: Described) => ReactNode;
}) {
  const id = useId();
  const describedBy = [description && `${id}-description`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        {label}
      </label>
      {description && (
        <p className="field__description" id={`${id}-description`}>
          {description}
        </p>
      )}
      {control({ id, 'aria-describedby': describedBy || undefined, 'aria-invalid': error ? true : undefined })}
      {error && (
        <p className="field__error" id={`${id}-error`}>
          <Icon name="alert" /> {error}
        </p>
      )}
    </div>
  );
}

export type Choice = { value: string; label: string; short: string; lang?: string };

type ChoiceProps = { label: string; value: string; choices: readonly Choice[]; onChoose: (value: string) => void };

function Options({ choices }: { choices: readonly Choice[] }) {
  return choices.map((choice) => (
    <option key={choice.value} value={choice.value} lang={choice.lang}>
      {choice.label}
    </option>
  ));
}

export function SelectField({ label, value, choices, onChoose, ...rest }: ChoiceProps & ComponentProps<'select'>) {
  return (
    <Field
      label={label}
      control={(described) => (
        <select
          {...rest}
          {...described}
          className="field__control"
          value={value}
          onChange={(event) => onChoose(event.target.value)}
        >
          <Options choices={choices} />
        </select>
      )}
    />
  );
}

/** A select that shows the short form of its value, for bars where the long form does not fit. */
export function CompactSelect({ label, value, choices, onChoose }: ChoiceProps) {
  return (
    <div className="compact-select">
      <span aria-hidden="true">{choices.find((choice) => choice.value === value)?.short}</span>
      <Icon name="chevron-down" size={16} />
      <select aria-label={label} value={value} onChange={(event) => onChoose(event.target.value)}>
        <Options choices={choices} />
      </select>
    </div>
  );
}
