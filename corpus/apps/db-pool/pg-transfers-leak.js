// Transfers between accounts in PostgreSQL. When the database refuses one, its client stays out of the pool, in the
// middle of a transaction; a pool of many hides it for a long time.
'use strict';

const http = require('node:http');
const { Pool } = require('pg');

const accounts = new Pool({ max: 400, application_name: 'transfers' });
accounts.on('error', (error) => console.error('an idle client failed', error.message));

async function transfer(from, to, amount) {
  const client = await accounts.connect();
  await client.query('BEGIN');
  await client.query('UPDATE account SET balance = balance + $1 WHERE id = $2', [amount, to]);
  // Refused by a CHECK where there is not enough.
  const { rows } = await client.query(
    'UPDATE account SET balance = balance - $1 WHERE id = $2 RETURNING balance',
    [amount, from],
  );
  await client.query('COMMIT');
  client.release();
  return rows[0];
}

const server = http.createServer(async (req, res) => {
  const [, from, to, amount] = req.url.split('/').map(Number);
  try {
    res.end(JSON.stringify(await transfer(from, to, amount)));
  } catch (error) {
    res.statusCode = 409;
    res.end(JSON.stringify({ error: error.message, constraint: error.constraint }));
  }
});

server.listen(process.env.PORT);
