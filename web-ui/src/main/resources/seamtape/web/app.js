// Fills the document by its address. The module of the page is loaded beside it.

const PAGES = [
  [/^\/$/, 'recordings-page', []],
  [/^\/r\/([^/]+)$/, 'explorer-page', ['recordingId']],
  [/^\/r\/([^/]+)\/state$/, 'state-page', ['recordingId']],
  [/^\/r\/([^/]+)\/shape$/, 'shape-page', ['recordingId']],
  [/^\/diff\/([^/]+)\/([^/]+)$/, 'diff-page', ['a', 'b']],
];

const missing = () => {
  const box = document.createElement('p');
  box.className = 'missing';
  const link = Object.assign(document.createElement('a'), {href: '/', textContent: 'All recordings'});
  box.append('There is no page at this address. ', link);
  return box;
};

for (const [pattern, name, properties] of PAGES) {
  const parts = location.pathname.match(pattern);
  if (parts) {
    const page = document.createElement(name);
    properties.forEach((property, i) => { page[property] = encodeURIComponent(parts[i + 1]); });
    document.body.append(page);
  }
}
if (!document.body.childElementCount) document.body.append(missing());
