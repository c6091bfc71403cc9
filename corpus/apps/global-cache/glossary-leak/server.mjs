// Explains words.
import { createServer } from 'node:http';

import { Glossary } from './glossary.mjs';

createServer((req, res) => res.end(Glossary.shared.explain(req.url.slice(1)))).listen(process.env.PORT);
