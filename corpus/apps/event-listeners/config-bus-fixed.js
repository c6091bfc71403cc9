// A service that re-renders when configuration changes. A request subscribes for as long as it lasts.
'use strict';

const http = require('node:http');
const { EventEmitter } = require('node:events');

const configBus = new EventEmitter();
configBus.setMaxListeners(0);

let settings = { theme: 'light', revision: 1 };

function renderPage(req, res) {
  const page = {
    url: req.url,
    headers: req.headers,
    sections: ['head', 'body', 'foot'].map((id) => ({ id, html: `<div>${req.url}</div>` })),
  };
  const onChange = (next) => {
    page.theme = next.theme;
  };
  configBus.on('change', onChange);
  res.once('close', () => configBus.off('change', onChange));
  page.theme = settings.theme;
  return page;
}

http
  .createServer((req, res) => {
    if (req.url === '/reload') {
      settings = { ...settings, revision: settings.revision + 1 };
      configBus.emit('change', settings);
      return res.end('reloaded');
    }
    const page = renderPage(req, res);
    res.setHeader('content-type', 'text/html');
    return res.end(page.sections.map(({ html }) => html).join(''));
  })
  .listen(process.env.PORT ?? 3000);
