// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import { ShortcutsDialog } from '@/components/shell/ShortcutsDialog';
import { useShortcut } from '@/components/ui/shortcuts';

const pressed: string[] = [];

function Listener({ keys, label }: { keys: string; label: string }) {
  useShortcut({ keys, label, group: 'Page', run: () => pressed.push(label) });
  return null;
}

describe('shortcuts', () => {
  afterEach(() => {
    cleanup();
    pressed.length = 0;
  });

  it('work while their part of the page is there: signs, letters, and one after the other', async () => {
    const page = (
      <>
        <Listener keys="?" label="help" />
        <Listener keys="[" label="move" />
        <Listener keys="r" label="refresh" />
        <Listener keys="g>o" label="overview" />
      </>
    );
    const { unmount } = render(page);
    const user = userEvent.setup();
    await user.keyboard('{Shift>}?{/Shift}[[');
    await user.keyboard('r');
    await user.keyboard('go');
    expect(pressed).toEqual(['help', 'move', 'refresh', 'overview']);
    unmount();
    await user.keyboard('r');
    expect(pressed).toHaveLength(4);
  });

  it('are silent while somebody types, and with a command key held', async () => {
    render(
      <>
        <Listener keys="r" label="refresh" />
        <input aria-label="text" />
      </>,
    );
    const user = userEvent.setup();
    await user.keyboard('{Control>}r{/Control}');
    await user.type(screen.getByLabelText('text'), 'rrr');
    expect(pressed).toEqual([]);
  });

  it('belong to the first who asked, and the list names those that listen, each once', async () => {
    render(
      <>
        <Listener keys="j" label="next row of Fleet" />
        <Listener keys="j" label="next row of Jobs" />
      </>,
    );
    await userEvent.setup().keyboard('j');
    expect(pressed).toEqual(['next row of Fleet']);
    render(<ShortcutsDialog onClose={() => undefined} />);
    expect(screen.getByText('next row of Fleet')).toBeTruthy();
    expect(screen.queryByText('next row of Jobs')).toBeNull();
  });
});
