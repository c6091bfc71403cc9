'use strict';
// One visit, for load that is more than one URL: npx heap-analyzer record --script visit.js -- node leaking-app.js

module.exports = async ({ url, number, signal }) => {
  for (const page of [`/user/${number}`, `/user/${number}?again`]) {
    const response = await fetch(new URL(page, url), { signal });
    if (!response.ok) throw new Error(`${page} is answered with status ${response.status}`);
    await response.text();
  }
};
