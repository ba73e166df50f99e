/** The few texts that the shell itself shows outside the window. */
import type { PlaceKind } from '../contract/host-contract.ts';
import type { Language } from '../contract/settings.ts';
import type { LifeState } from '../contract/truth/life-state.ts';

interface ShellTexts {
  readonly show: string;
  readonly pauseAll: string;
  readonly resumeAll: string;
  readonly quit: string;
  readonly noNodes: string;
  readonly state: Readonly<Record<LifeState, string>>;
  readonly actAllow: string;
  readonly actCancel: string;
  readonly choose: Readonly<Record<PlaceKind, string>>;
  readonly noSandbox: Readonly<Record<'message' | 'detail' | 'continueAnyway' | 'quit', string>>;
}

export const SHELL_TEXTS: Readonly<Record<Language, ShellTexts>> = {
  en: {
    show: 'Show Crynux Node Desktop',
    pauseAll: 'Pause all nodes',
    resumeAll: 'Resume all nodes',
    quit: 'Quit (running tasks are finished first)',
    noNodes: 'No nodes yet',
    state: {
      stopped: 'stopped',
      locked: 'waiting for its passphrase',
      starting: 'starting',
      restarting: 'crashed, restarting',
      notCleared: 'cannot start: a check failed',
      staking: 'placing its stake',
      awaitingStake: 'waiting for an earlier stake to return',
      waiting: 'waiting for tasks',
      executing: 'executing a task',
      cutOff: 'the relay does not answer',
      held: 'not taking tasks at the moment',
      pausing: 'pausing after its task',
      paused: 'paused',
      leaving: 'leaving the network',
      returning: 'left; the stake is being returned',
      out: 'not in the network',
      dropped: 'no longer listed by the network',
      stopping: 'stopping',
      slashed: 'slashed',
      kickedOut: 'removed from the network',
      failed: 'failed',
      unknown: 'unknown',
    },
    actAllow: 'Allow',
    actCancel: 'Refuse',
    choose: { engine: 'Folder of the official worker', models: 'Models folder' },
    noSandbox: {
      message: 'This system cannot sandbox the window.',
      detail:
        'If a page broke out of the window, nothing would keep it from this user’s files and keys. The .deb package includes what Ubuntu 24.04 and newer need; the documentation says what to do with an AppImage. You have to confirm “Start anyway” each time.',
      continueAnyway: 'Start anyway',
      quit: 'Quit',
    },
  },
  'zh-CN': {
    show: '显示 Crynux Node Desktop',
    pauseAll: '暂停所有节点',
    resumeAll: '恢复所有节点',
    quit: '退出（先完成正在运行的任务）',
    noNodes: '还没有节点',
    state: {
      stopped: '已停止',
      locked: '等待输入密码',
      starting: '正在启动',
      restarting: '已崩溃，正在重启',
      notCleared: '无法启动：检查未通过',
      staking: '正在质押',
      awaitingStake: '等待之前的质押返还',
      waiting: '等待任务',
      executing: '正在执行任务',
      cutOff: '中继没有响应',
      held: '暂不接受任务',
      pausing: '完成当前任务后暂停',
      paused: '已暂停',
      leaving: '正在退出网络',
      returning: '已退出；质押正在返还',
      out: '不在网络中',
      dropped: '网络已不再列出此节点',
      stopping: '正在停止',
      slashed: '已被罚没',
      kickedOut: '已被移出网络',
      failed: '出错',
      unknown: '未知',
    },
    actAllow: '允许',
    actCancel: '拒绝',
    choose: { engine: '网络工作程序的文件夹', models: '模型文件夹' },
    noSandbox: {
      message: '此系统无法为窗口提供沙箱。',
      detail:
        '如果有代码从窗口中逃逸，将没有任何屏障保护该用户的文件和密钥。Ubuntu 24.04 及更高版本请使用 .deb 软件包，它自带所需配置；AppImage 的处理方法见文档。选择“仍要启动”后，下次启动会再次询问。',
      continueAnyway: '仍要启动',
      quit: '退出',
    },
  },
};

export function languageOf(set: Language | null, system: string): Language {
  return set ?? (system.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en');
}
