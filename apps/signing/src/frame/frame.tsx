import { EnvironmentStrip, IconButton, MenuButton, TopBar } from '@segl/ui';
import { type ReactNode, useState } from 'react';
import type { Sender } from '../server/contract.ts';
import { useSigning } from '../signing.tsx';
import { useSpeech } from '../texts/use-speech.tsx';
import { LanguageChoice } from './language-choice.tsx';
import { Menu } from './menu.tsx';

/** What surrounds every screen: the environment, the bar, the menu. */
export function Frame({
  title,
  subtitle,
  back,
  children,
}: {
  title?: string;
  subtitle?: string;
  back?: { label: string; onClick: () => void };
  children: ReactNode;
}) {
  const { say } = useSpeech();
  const { view, locked } = useSigning();
  const [menuOpen, setMenuOpen] = useState(false);
  const hidesBar = view?.theme.hideTopBar === true;
  const account = (view ?? locked)?.account;
  return (
    <div className={hidesBar ? 'frame frame--without-bar' : 'frame'}>
      <header>
        {(view ?? locked)?.environment === 'test' && (
          <EnvironmentStrip name={say('environment.test.name')} text={say('environment.test.text')} />
        )}
        {hidesBar ? (
          <div className="bar-corners">
            {back && <IconButton icon="arrow-left" label={back.label} onClick={back.onClick} />}
            <IconButton icon="menu" label={say('frame.menu')} onClick={() => setMenuOpen(true)} />
          </div>
        ) : (
          <TopBar title={title} subtitle={subtitle} back={back} logo={account && logoOf(account)}>
            <LanguageChoice inBar />
            {view && <MenuButton label={say('frame.menu')} onClick={() => setMenuOpen(true)} />}
          </TopBar>
        )}
      </header>
      {children}
      {view && <Menu view={view} open={menuOpen} onClose={() => setMenuOpen(false)} />}
    </div>
  );
}

function logoOf({ name, logoUrl }: Sender['account']): { src: string; alt: string } | undefined {
  return logoUrl === undefined ? undefined : { src: logoUrl, alt: name };
}

/** A screen that is a page of words in the middle, not a document. */
export function Sheet({ children, centered = false }: { children: ReactNode; centered?: boolean }) {
  return (
    <main className="sheet-ground">
      <div className={centered ? 'sheet sheet--centered' : 'sheet'}>{children}</div>
    </main>
  );
}
