// Look-ups shared while they are under way, removed when they are done, with the context of the request.
import { createServer } from 'node:http';
import { AsyncLocalStorage } from 'node:async_hooks';

const context = new AsyncLocalStorage();
const inflight = new Map();

async function fetchArticle(id) {
  await new Promise((resolve) => setImmediate(resolve));
  return { id, title: `Article ${id}`, readBy: context.getStore().user };
}

function article(id) {
  let promise = inflight.get(id);
  if (!promise) {
    promise = fetchArticle(id).finally(() => inflight.delete(id));
    inflight.set(id, promise);
  }
  return promise;
}

createServer((req, res) => {
  context.run({ user: req.headers['user-agent'] ?? 'nobody', trail: [req.url] }, async () => {
    const [one, same] = await Promise.all([article(req.url), article(req.url)]);
    res.end(JSON.stringify({ ...one, shared: one === same }));
  });
}).listen(process.env.PORT);
