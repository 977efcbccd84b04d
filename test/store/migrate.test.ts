import DatabaseFile, { type Database } from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DatabaseFromFutureError } from '../../main/store/errors.ts';
import { latestVersion, migrate, versionOf } from '../../main/store/migrate.ts';
import { migrations, type Migration } from '../../main/store/migrations/index.ts';

function memory(): Database {
  const database = new DatabaseFile(':memory:');
  onTestFinished(() => void database.close());
  return database;
}

const step = (version: number, sql: string): Migration => ({
  version,
  purpose: `step ${version}`,
  up: (database) => void database.exec(sql),
});

describe('the list of steps', () => {
  test('goes up by tens', () => {
    expect(migrations.map((each) => each.version)).toEqual(migrations.map((_, index) => (index + 1) * 10));
  });
});

describe('migrate', () => {
  const steps = [step(10, 'CREATE TABLE a (x)'), step(20, 'CREATE TABLE b (x)')];

  test('runs what is missing, once', () => {
    const database = memory();
    expect(migrate(database, steps.slice(0, 1))).toEqual(['step 10']);
    expect(versionOf(database)).toBe(10);
    expect(migrate(database, steps)).toEqual(['step 20']);
    expect(migrate(database, steps)).toEqual([]);
    expect(versionOf(database)).toBe(latestVersion(steps));
  });

  test('is all or nothing', () => {
    const database = memory();
    const broken = [...steps, step(30, 'CREATE TABLE c (x); INSERT INTO nowhere VALUES (1)')];
    expect(() => migrate(database, broken)).toThrow(/nowhere/);
    expect(versionOf(database)).toBe(0);
    expect(database.prepare('SELECT name FROM sqlite_schema').all()).toEqual([]);
  });

  test('refuses the future', () => {
    const database = memory();
    migrate(database, steps);
    expect(() => migrate(database, steps.slice(0, 1))).toThrow(DatabaseFromFutureError);
    expect(versionOf(database)).toBe(20);
  });
});
