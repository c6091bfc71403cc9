// Screenshots by pooled browsers (generic-pool). A page that is too big is answered early, and its browser is gone.
'use strict';

const http = require('node:http');
const genericPool = require('generic-pool');

class Browser {
  constructor(id) {
    this.id = id;
    this.tabs = [{ url: 'about:blank', history: ['about:blank'] }];
    this.profile = { width: 1280, height: 800, agent: `browser ${id}` };
  }

  async screenshot(url) {
    this.tabs[0] = { url, history: [url] };
    return `image of ${url}`;
  }
}

let made = 0;
const browsers = genericPool.createPool(
  { create: async () => new Browser(++made), destroy: async () => {} },
  { max: 5000, min: 0 },
);

async function shoot(url) {
  const browser = await browsers.acquire();
  const image = await browser.screenshot(url);
  if (image.length > 20) return { error: 'too big' };
  await browsers.release(browser);
  return { image };
}

http
  .createServer(async (req, res) => {
    const answer = await shoot(new URL(req.url, 'http://shots').searchParams.get('url'));
    res.statusCode = answer.error ? 413 : 200;
    res.end(JSON.stringify(answer));
  })
  .listen(process.env.PORT);
