import type { errors as en } from '../en/errors.ts';
import type { Translation } from '../translation.ts';

export const errors: Translation<typeof en> = {
  cause: '可能的原因',
  remedy: '怎么办',
  safe: '在此期间',
  details: '详细信息',
  copy: '详细信息',
  unknownMeaning: '出现了原因不明的错误。',
  because: {
    here: '问题在本机或本地网络。',
    there: '问题在对方。',
    unclear: '尚不清楚问题在哪一方。',
    dns: '无法解析其域名。',
    connect: '连接未被接受。',
    timeout: '等待回答超时。',
    reset: '连接中断。',
    proxy: '代理没有放行。',
    gateway: '回答来自它前面的其他服务。',
    portal: '所在网络需要先登录。',
  },
  facts: {
    missing: '还缺 {{amount}} CNX。',
    minimum: '最低 {{amount}} CNX。',
    most: '最多 {{amount}} CNX。',
    held: '共 {{amount}} CNX。',
    from: '{{when}} 起可行。',
  },
  keeps: {
    relay: '已保存的内容不会丢失，节点会继续尝试。期间超过截止时间的任务会超时。',
    chain: '任务继续进行，质押仍在原处。质押、退出和提现需要等待。',
    store: '磁盘上的记录不会改变。',
    engine: '质押没有风险：无法运行的任务不作回应，会超时。',
    withdrawal: '在结果明确之前，不会再次提现。',
    selfTest: '节点不接任务，因此错误的结果不会损失质押。',
    model: '已下载的部分会保留。',
    worker: '评分和结果已保存在磁盘上；未完成的任务会在重启后继续。',
  },
};
