// A search in PostgreSQL that asks for several things at once: its pool fills to the limit, clients come and go, and
// at times somebody has to wait for one.
'use strict';

const http = require('node:http');
const { Pool } = require('pg');

const pool = new Pool({ max: 12, idleTimeoutMillis: 400 });

async function count(letter) {
  const { rows } = await pool.query('SELECT count(*) FROM users WHERE name LIKE $1', [`%${letter}%`]);
  return Number(rows[0].count);
}

http
  .createServer(async (req, res) => {
    const width = 1 + (Number(req.url.split('/')[1]) % 20);
    const letters = Array.from({ length: width }, (_, k) => String.fromCharCode(97 + k));
    res.end(JSON.stringify({ counts: await Promise.all(letters.map(count)) }));
  })
  .listen(process.env.PORT);
