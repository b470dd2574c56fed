import { CompactSelect, SelectField } from '@segl/ui';
import { languages } from '../texts/languages.ts';
import { useSpeech } from '../texts/use-speech.tsx';

const choices = languages.map(({ code, name, short, tag }) => ({ value: code, label: name, short, lang: tag }));

export function LanguageChoice({ inBar }: { inBar: boolean }) {
  const { say, language, changeLanguage } = useSpeech();
  const Select = inBar ? CompactSelect : SelectField;
  return <Select label={say('frame.language')} value={language.code} choices={choices} onChoose={changeLanguage} />;
}
