// Transfers between accounts in PostgreSQL. When the database refuses one, the transaction is rolled back and its
// client goes back into the pool like any other.
'use strict';

const http = require('node:http');
const { Pool } = require('pg');

const accounts = new Pool({ max: 400, application_name: 'transfers' });
accounts.on('error', (error) => console.error('an idle client failed', error.message));

async function transfer(from, to, amount) {
  const client = await accounts.connect();
  try {
    await client.query('BEGIN');
    await client.query('UPDATE account SET balance = balance + $1 WHERE id = $2', [amount, to]);
    // Refused by a CHECK where there is not enough.
    const { rows } = await client.query(
      'UPDATE account SET balance = balance - $1 WHERE id = $2 RETURNING balance',
      [amount, from],
    );
    await client.query('COMMIT');
    return rows[0];
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
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
