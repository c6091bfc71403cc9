-- Ten questions to a heap in DuckDB, after: npx heap-analyzer export heap.heapsnapshot --format parquet --output tables
-- Run where the directory `tables` is: duckdb < questions.sql

-- 1. What types of nodes take the memory?
SELECT type, count(*) AS nodes, sum(self_size) AS bytes FROM 'tables/nodes.parquet' GROUP BY type ORDER BY bytes DESC;

-- 2. Which classes keep most alive?
SELECT name, count, self_size, retained_size FROM 'tables/classes.parquet' ORDER BY retained_size DESC LIMIT 10;

-- 3. Which single objects keep most alive?
SELECT id, class, name[:60] AS name, retained_size FROM 'tables/nodes.parquet'
WHERE type IN ('object', 'closure') ORDER BY retained_size DESC LIMIT 10;

-- 4. What is between an object and what it keeps: the dominator's class, by the class that it dominates?
SELECT above.class AS keeper, below.class AS kept, count(*) AS nodes, sum(below.self_size) AS bytes
FROM 'tables/nodes.parquet' below JOIN 'tables/nodes.parquet' above ON above.ordinal = below.dominator
GROUP BY ALL ORDER BY bytes DESC LIMIT 10;

-- 5. Which strings are there several times?
SELECT name[:60] AS text, count(*) AS copies, sum(self_size) - max(self_size) AS wasted FROM 'tables/nodes.parquet' nodes
WHERE type = 'string' GROUP BY nodes.name HAVING count(*) > 1 ORDER BY wasted DESC LIMIT 10;

-- 6. By which properties are strings held?
SELECT source.class || '.' || edge.name AS property, count(*) AS strings, sum(target.self_size) AS bytes
FROM 'tables/edges.parquet' edge
JOIN 'tables/nodes.parquet' source ON source.ordinal = edge.from
JOIN 'tables/nodes.parquet' target ON target.ordinal = edge.to AND target.type = 'string'
WHERE edge.kind = 'property' GROUP BY ALL ORDER BY bytes DESC LIMIT 10;

-- 7. Which objects refer to most others?
SELECT id, class, edge_count FROM 'tables/nodes.parquet' WHERE type = 'object' ORDER BY edge_count DESC LIMIT 10;

-- 8. Which variables of scopes keep most?
SELECT edge.name AS variable, count(*) AS scopes, max(target.retained_size) AS largest
FROM 'tables/edges.parquet' edge JOIN 'tables/nodes.parquet' target ON target.ordinal = edge.to
WHERE edge.kind = 'context' GROUP BY ALL ORDER BY largest DESC LIMIT 10;

-- 9. How far from the roots is the memory?
SELECT distance, count(*) AS nodes, sum(self_size) AS bytes FROM 'tables/nodes.parquet'
WHERE distance BETWEEN 0 AND 99999999 GROUP BY distance ORDER BY distance LIMIT 20;

-- 10. What may be a leak?
SELECT grade, pattern, retained_size, sentence FROM 'tables/findings.parquet' ORDER BY retained_size DESC;
