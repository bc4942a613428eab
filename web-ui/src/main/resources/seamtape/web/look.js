// The look of controls, of lists and of the explorer, without lit: the first rows of a page are drawn before it is there.

/** A style sheet of a text of ours. */
export function sheet(text) {
  const made = new CSSStyleSheet();
  made.replaceSync(text);
  return made;
}

export const CONTROLS = sheet(`
  :host { box-sizing: border-box; }
  *, *::before, *::after { box-sizing: border-box; }
  [hidden] { display: none !important; }
  a { color: var(--accent); text-decoration: none; }
  a:hover { text-decoration: underline; }
  button, .button {
    font: inherit; color: var(--text); background: var(--panel); border: 1px solid var(--line);
    border-radius: 5px; padding: 2px 9px; height: 26px; cursor: pointer; white-space: nowrap;
    display: inline-flex; align-items: center; gap: 5px;
  }
  button:hover:not(:disabled), .button:hover { background: var(--raised); text-decoration: none; }
  button:disabled { color: var(--faint); cursor: default; }
  button.plain { border-color: transparent; background: none; padding: 2px 7px; }
  button.plain:hover:not(:disabled) { background: var(--raised); }
  button.primary { background: var(--accent); border-color: var(--accent); color: var(--panel); }
  button.primary:disabled { background: var(--raised); border-color: var(--line); color: var(--faint); }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
  kbd {
    font: 11px/1 var(--mono); color: var(--muted); border: 1px solid var(--line);
    border-radius: 3px; padding: 1px 4px; background: var(--panel);
  }
  .chip {
    display: inline-flex; align-items: center; gap: 4px; height: 19px; padding: 0 7px;
    border-radius: 10px; font-size: 11.5px; background: var(--raised); color: var(--muted);
    white-space: nowrap;
  }
  .chip.good { background: var(--good-soft); color: var(--good); }
  .chip.warn { background: var(--warn-soft); color: var(--warn); }
  .chip.bad { background: var(--error-soft); color: var(--error); }
  .mono { font-family: var(--mono); font-size: 12px; }
  .muted { color: var(--muted); }
  .state { padding: 40px 24px; text-align: center; color: var(--muted); }
  .state h2 { font-size: 15px; font-weight: 600; color: var(--text); margin: 0 0 6px; }
  .state p { margin: 4px auto; max-width: 60ch; }
  .state code {
    display: inline-block; font: 12px var(--mono); color: var(--text); background: var(--raised);
    border: 1px solid var(--line); border-radius: 4px; padding: 3px 8px; margin-top: 8px;
    user-select: all;
  }
  header.bar {
    display: flex; align-items: center; gap: 10px; height: 42px; padding: 0 12px; flex: none;
    background: var(--panel); border-bottom: 1px solid var(--line);
  }
  header.bar .home {
    display: flex; align-items: center; gap: 7px; font-weight: 650; color: var(--text);
    letter-spacing: .01em;
  }
  header.bar .home:hover { text-decoration: none; color: var(--accent); }
  header.bar .home svg { width: 20px; height: 20px; color: var(--accent); }
  header.bar h1 { font-size: 13.5px; font-weight: 600; margin: 0; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
  header.bar .rest { flex: 1; }
  header.bar .tabs { display: flex; gap: 2px; align-self: stretch; }
  header.bar .tab { display: flex; align-items: center; padding: 0 10px; color: var(--muted); border-bottom: 2px solid transparent; border-top: 2px solid transparent; }
  header.bar .tab:hover { color: var(--text); text-decoration: none; }
  header.bar .tab[aria-current] { color: var(--text); font-weight: 600; border-bottom-color: var(--accent); }
  @media (max-width: 560px) { button kbd { display: none; } }
  .where { display: flex; gap: 6px; align-items: center; overflow: hidden; white-space: nowrap; }
  @media (max-width: 900px) { header.bar .where { display: none; } }
  @media (max-width: 560px) { header.bar .home span { display: none; } header.bar { gap: 6px; padding: 0 8px; } header.bar .tab { padding: 0 6px; } }
`);

export const ROWS = sheet(`
  :host { display: block; position: relative; overflow: hidden; outline: none; }
  .view { position: absolute; inset: 0 13px 0 0; overflow: hidden; touch-action: none; contain: strict; }
  .rows { position: absolute; left: 0; right: 0; top: 0; will-change: transform; }
  .row { position: absolute; left: 0; right: 0; }
  .grid { outline: none; }
  .bar { position: absolute; right: 0; top: 0; bottom: 0; width: 13px; background: var(--bg); border-left: 1px solid var(--line-soft); touch-action: none; }
  .thumb { position: absolute; left: 2px; right: 2px; border-radius: 5px; background: var(--faint); opacity: .6; min-height: 24px; }
  .bar:hover .thumb, .bar.held .thumb { opacity: 1; }
  [hidden] { display: none !important; }
`);

/** Where things are in the explorer. */
export const EXPLORER = sheet(`
  :host { display: flex; flex-direction: column; height: 100vh; height: 100dvh; }
  .tools { display: flex; align-items: center; gap: 8px; padding: 6px 12px; border-bottom: 1px solid var(--line); flex: none; background: var(--bg); }
  .body { flex: 1; display: grid; grid-template-rows: minmax(80px, 1fr) 7px var(--details, 42%); min-height: 0; }
  call-list, .list { background: var(--panel); min-height: 0; }
  .listbox { position: relative; min-height: 0; display: grid; }
  @media (max-width: 700px) { .tools { flex-wrap: wrap; gap: 5px; padding: 5px 8px; } time-line, .line { --timeline: 84px; } }
`);
