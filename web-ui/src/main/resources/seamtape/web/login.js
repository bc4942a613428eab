// Gives the token for a session's cookie, and shows the page that was asked for.
const form = document.querySelector('form');
const told = form.querySelector('[role=alert]');

form.addEventListener('submit', async (e) => {
  e.preventDefault();
  told.textContent = '';
  try {
    const answer = await fetch('/api/v1/login', {
      method: 'POST',
      headers: {'content-type': 'application/json', 'x-seamtape': '1'},
      body: JSON.stringify({token: form.token.value.trim()}),
    });
    if (answer.ok) location.reload();
    else told.textContent = (await answer.json()).detail;
  } catch {
    told.textContent = 'the server does not answer';
  }
});
