import { mistakeOf } from '../errors.ts';

/** What this folder complains of; where a schema fails, codes of config/ come on top. */
export type MonitoringCode =
  | 'monitoring-json'
  | 'monitoring-encoding'
  | 'monitoring-too-large'
  | 'alerts-documents'
  | 'dashboard-uid'
  | 'input-twice';

/** Makes an error of this folder. */
export const mistake = mistakeOf<MonitoringCode>();
