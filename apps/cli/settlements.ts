import type { CommandGroup } from './command.js';
import { settlementsImport } from './settlements-import.js';
import { settlementsList } from './settlements-list.js';
import { settlementsShow } from './settlements-show.js';

export const settlements: CommandGroup = {
  name: 'settlements',
  summary: 'book settlement reports, and see what providers paid out',
  commands: [settlementsImport, settlementsList, settlementsShow],
};
