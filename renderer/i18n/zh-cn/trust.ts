import type { trust as en } from '../en/trust.ts';
import type { Translation } from '../translation.ts';
import { trustCase } from './trust-case.ts';
import { trustConditions } from './trust-conditions.ts';
import { trustQos } from './trust-qos.ts';

export const trust: Translation<typeof en> = {
  title: '信任',
  lead: {
    calm: '目前没有任何不利于此节点的记录。',
    slashed: '此节点已被罚没。已知情况见卷宗。',
    kickedOut: '此节点因服务质量过低被移出网络。',
    underReview: '有一个被判无效的任务正在审查：管理员仍可能罚没此节点。',
    excluded: '健康度恢复之前，此节点不会被分配新任务。',
    belowKickOut: '长期质量已低到可能被移出网络。',
    unknown: '网络尚未告知服务质量。',
  },
  tabs: { label: '此页面的各部分', happened: '发生了什么', qos: '服务质量', protection: '罚没保护' },
  timeline: {
    label: '发生的事，最新在前',
    empty: '什么都没发生',
    emptyHint: '判为无效、罚没、移出、超时以及服务质量的变化会显示在这里。',
    onlyCases: '隐藏质量变化',
    more: '显示更早的卷宗',
    open: '打开卷宗',
    openTask: '打开任务',
    incomplete: '仍在查证',
    took: '被罚没 {{amount}}',
    health: '健康度',
    long: '长期',
  },
  kinds: {
    invalidated: '结果被判无效',
    slashed: '被罚没',
    kickedOut: '被移出',
    executionTimeout: '评分提交过晚',
    uploadTimeout: '上传过晚',
  },
  protection: {
    title: '罚没保护账本',
    hint: '每个评分在签名之前都会先写入账本。有了这份记录，同一任务永远不可能再签出另一个不同的评分，也不会执行第二次。',
    sound: '完好',
    soundHint: '文件已读取，各行有序。',
    unsound: '损坏',
    unsoundHint: '文件无法按序读取。请先停止节点并恢复副本，再继续运行。',
    scores: '已记录的评分',
    executions: '已记录的执行',
    oldest: '最早一条',
    newest: '最近一条',
    none: '尚无',
  },
  case: trustCase,
  conditions: trustConditions,
  qos: trustQos,
};
