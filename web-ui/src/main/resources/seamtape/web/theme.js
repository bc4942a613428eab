// Runs before the first paint, so that a chosen theme never flashes.
(() => {
  try {
    const chosen = localStorage.getItem('seamtape.theme');
    if (['light', 'dark', 'contrast'].includes(chosen)) document.documentElement.dataset.theme = chosen;
  } catch {
    // storage may be closed to us; the system's choice stands
  }
})();
