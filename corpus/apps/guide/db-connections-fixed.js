// The guide's pattern 3, "Database Connection Leaks", with its solution.
const express = require('express');
const mysql = require('../../drivers/mysql2-like');

const app = express();
const pool = mysql.createPool({ host: 'db.internal', connectionLimit: 10 });

app.get('/api/users', async (req, res) => {
  let connection;
  try {
    connection = await pool.getConnection();
    const users = await connection.query('SELECT * FROM users');
    res.json(users);
  } catch (error) {
    res.status(500).json({ error: error.message });
  } finally {
    if (connection) connection.release();
  }
});

app.listen(process.env.PORT || 3000);
