import { useState } from 'react';
import { applyTheme, savedTheme, type Theme } from '../state/theme.ts';
import { S } from '../strings.ts';

/** The line at the top. */
export function TopBar({
  onNew,
  onHistory,
  onModels,
}: {
  readonly onNew: () => void;
  readonly onHistory: () => void;
  readonly onModels: () => void;
}) {
  const [theme, setTheme] = useState(savedTheme);
  const choose = (next: Theme) => {
    setTheme(next);
    applyTheme(next);
  };
  return (
    <header className="top">
      <h1 className="name">{S.name}</h1>
      <nav className="top-actions" aria-label={S.name}>
        <button type="button" className="quiet" onClick={onNew}>
          {S.top.newBlend}
        </button>
        <button type="button" className="quiet" onClick={onHistory}>
          {S.top.history}
        </button>
        <button type="button" className="quiet" onClick={onModels}>
          {S.top.help}
        </button>
        <a className="quiet" href="./reports.html">
          {S.reports.title}
        </a>
        <select
          className="quiet-select"
          aria-label={S.top.theme}
          value={theme}
          onChange={(event) => choose(event.target.value as Theme)}
        >
          {Object.entries(S.top.themes).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </nav>
    </header>
  );
}
