// The guide's pattern 3, "Database Connection Leaks", as it is written there.
const express = require('express');
const mysql = require('../../drivers/mysql2-like');

const app = express();
const pool = mysql.createPool({ host: 'db.internal', connectionLimit: 10 });

// Connections not properly returned to pool
app.get('/api/users', async (req, res) => {
  const connection = await pool.getConnection();
  const users = await connection.query('SELECT * FROM users');
  res.json(users);
  // Missing: connection.release()
});

app.listen(process.env.PORT || 3000);
