import { describe, expect, it } from 'vitest';
import { alreadyKnown, entityTag, requireUnchanged } from './entity-tag.ts';

const TAG = entityTag({ id: 1, name: 'a' });

describe('entity tags', () => {
  it('PA-6: are strong, and equal exactly when the answer is', () => {
    expect(TAG).toMatch(/^"[\w-]{43}"$/);
    expect(entityTag({ id: 1, name: 'a' })).toBe(TAG);
    expect(entityTag({ id: 1, name: 'b' })).not.toBe(TAG);
  });

  it.each([
    ['no header', undefined],
    ['the tag', TAG],
    ['the tag among others', `"other" , ${TAG}`],
    ['several headers', ['"other"', TAG]],
    ['any state', '*'],
  ])('PA-6: If-Match with %s lets a change through', (_what, header) => {
    expect(() => requireUnchanged(TAG, { 'if-match': header })).not.toThrow();
  });

  it.each([
    ['another tag', '"other"'],
    ['a weak tag', `W/${TAG}`],
    ['the tag without quotes', TAG.slice(1, -1)],
    ['nothing', ''],
  ])('PA-6: If-Match with %s refuses a change', (_what, header) => {
    expect(() => requireUnchanged(TAG, { 'if-match': header })).toThrow(
      expect.objectContaining({ status: 422, code: 'resource_changed' }),
    );
  });

  it('PA-6: If-None-Match compares weakly', () => {
    expect(alreadyKnown(TAG, { 'if-none-match': `"x", W/${TAG}` })).toBe(true);
    expect(alreadyKnown(TAG, { 'if-none-match': '*' })).toBe(true);
    expect(alreadyKnown(TAG, { 'if-none-match': '"x"' })).toBe(false);
    expect(alreadyKnown(TAG, {})).toBe(false);
  });
});
