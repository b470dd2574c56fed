import { CardAction, Flag, Notice, ScreenHeading } from '@segl/ui';
import type { ProviderChoice, Remark } from '../flow/identification-flow.ts';
import { useIdentification } from '../identification.tsx';
import { useWords } from '../texts/use-words.tsx';
import { Frame } from './frame.tsx';

const HOME: Record<string, string | undefined> = { no: 'NO', sv: 'SE', da: 'DK', fi: 'FI' };

/** Those of the language's own country first, then country by country, at last those of none. */
export function inOrderFor(language: string, providers: readonly ProviderChoice[]): ProviderChoice[] {
  const countries = [...new Set(providers.map(({ country }) => country))];
  const rank = ({ country }: ProviderChoice) => {
    if (country === undefined) return countries.length;
    return country === HOME[language] ? -1 : countries.indexOf(country);
  };
  return [...providers].sort((a, b) => rank(a) - rank(b));
}

/** One question: with which eID. */
export function ChoosingScreen({ remark }: { remark?: Remark }) {
  const { say, sayCountry, language } = useWords();
  const { flow, view } = useIdentification();
  return (
    <Frame>
      <ScreenHeading>{say('choose.heading')}</ScreenHeading>
      <p>{say('choose.body')}</p>
      {remark && (
        <Notice
          tone={remark === 'left_eid' ? 'info' : 'danger'}
          dismiss={{ label: say('frame.close'), onClick: flow.dismissRemark }}
        >
          {say(`remark.${remark}`)}
        </Notice>
      )}
      <ul className="card-list">
        {inOrderFor(language.code, view?.providers ?? []).map((provider) => (
          <li key={provider.type}>
            <CardAction
              media={<Flag countryCode={provider.country ?? '··'} />}
              title={provider.names[language.code]}
              description={
                provider.country
                  ? say('choose.from', { country: sayCountry(provider.country) })
                  : say('choose.anywhere')
              }
              onClick={() => void flow.choose(provider)}
            />
          </li>
        ))}
      </ul>
    </Frame>
  );
}
