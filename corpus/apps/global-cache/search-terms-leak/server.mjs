// A shop's search box.
import { createServer } from 'node:http';

import * as terms from './search-terms.mjs';

createServer((req, res) => {
  const term = req.url.slice(1);
  terms.remember(term, term.length % 9);
  res.end(`${terms.list.length} searches, the latest for ${terms.list.at(-1).term}`);
}).listen(process.env.PORT);
