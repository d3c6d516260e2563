import { describe, expect, it } from 'vitest';
import { type ListedShortcut, shortcutOf } from '@/components/ui/shortcuts';

const claim = (id: string, keys: string, group: ListedShortcut['group']): ListedShortcut => ({
  id,
  keys,
  group,
  label: id,
});

describe('a key that several parts of a page claim', () => {
  it('does what the page wants of it before what it does anywhere', () => {
    const claims = [claim('search', '/', 'Anywhere'), claim('find', '/', 'Page'), claim('next', 'j', 'Table')];
    expect(shortcutOf(claims, '/')?.id).toBe('find');
    expect(shortcutOf(claims, 'j')?.id).toBe('next');
    expect(shortcutOf(claims, 'x')).toBeUndefined();
  });

  it('belongs of two tables to the first', () => {
    expect(shortcutOf([claim('a', 'j', 'Table'), claim('b', 'j', 'Table')], 'j')?.id).toBe('a');
  });
});
