/** The texts of notifications in each language. */
import type { Notice } from '../../contract/notify.ts';
import type { Language } from '../../contract/settings.ts';

interface NoticeTexts {
  /** Follows the node's name; for the program itself, it stands alone. */
  readonly notice: Readonly<Record<Notice, string>>;
  readonly test: string;
  readonly summary: string;
  readonly noNodes: string;
  /** Yesterday's net earnings, in CNX, and number of payments. */
  readonly yesterday: (net: string, payments: number) => string;
  readonly noRecords: string;
}

export const NOTICE_TEXTS: Readonly<Record<Language, NoticeTexts>> = {
  en: {
    notice: {
      slashed: 'was slashed: its stake is lost. The case file says what is known.',
      kickedOut: 'was removed from the network; its stake will be returned.',
      nodeFailed: 'has stopped with an error.',
      invalidated: 'had a task invalidated.',
      payment: 'was paid.',
      updateReady: 'A new version is available. Nothing is installed until you say so.',
    },
    test: 'This is a test. Notifications of your nodes arrive here.',
    summary: 'Daily summary',
    noNodes: 'There are no nodes.',
    yesterday: (net, payments) => `yesterday (UTC) ${net} CNX net, ${payments} ${payments === 1 ? 'payment' : 'payments'}`,
    noRecords: 'no records',
  },
  'zh-CN': {
    notice: {
      slashed: '已被罚没：质押已失去。案件记录说明了已知情况。',
      kickedOut: '已被移出网络，质押将退还。',
      nodeFailed: '因错误而停止。',
      invalidated: '有一个任务被判无效。',
      payment: '收到付款。',
      updateReady: '有新版本。未经您同意不会安装。',
    },
    test: '这是一条测试消息。您的节点的通知会发送到这里。',
    summary: '每日摘要',
    noNodes: '没有节点。',
    yesterday: (net, payments) => `昨天（UTC）净收益 ${net} CNX，${payments} 笔付款`,
    noRecords: '没有记录',
  },
};
