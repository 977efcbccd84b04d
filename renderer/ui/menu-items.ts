/** What a menu can hold. */

export type MenuItem =
  | {
      kind: 'item';
      label: string;
      shortcut?: string;
      danger?: boolean;
      disabled?: boolean;
      onselect: () => void;
    }
  | { kind: 'separator' };
