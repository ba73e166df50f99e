import type { keys as en } from '../en/keys.ts';
import type { Same } from '../same.ts';

export const keys: Same<typeof en> = {
  store: '密钥保存位置',
  storeKinds: { keychain: '系统钥匙串', keystore: '加密文件' },
  storeUnusable: '{{name}}（不可用）',
  passphrase: '口令',
  passphraseHint: '至少 8 个字符。程序启动时需要输入；没有人能找回它。',
  passphraseShort: '至少 8 个字符。',
  create: {
    title: '创建密钥',
    action: '创建密钥',
    words: '请按顺序把这些单词写在纸上。它们是唯一的备份，只显示一次。',
    wordsLabel: '备份单词',
    written: '我已经写下来了',
    prove: '验证备份：请从纸上输入以下单词。',
    word: '第 {{number}} 个单词',
    check: '验证备份',
    again: '再次显示单词',
    later: '稍后',
    laterNote: '关闭此窗口后不再显示这些单词。',
  },
  import: {
    title: '导入密钥',
    label: '密钥类型',
    kinds: { privateKey: '私钥', words: '助记词', keystoreFile: '密钥库文件' },
    privateKey: '私钥（64 位十六进制数字）',
    words: '12 或 24 个单词，以空格分隔',
    file: 'Keystore V3 文件',
    filePassphrase: '文件的口令',
    chosen: '已选择：{{name}}',
    action: '导入',
  },
  export: {
    title: '导出密钥',
    text: '文件包含 {{address}} 的密钥。拥有它和口令的人就拥有质押和收益；两个节点使用同一密钥会导致双方被罚没。',
    passphrase: '文件的新口令',
    action: '导出',
    done: '密钥已写入 {{name}}。',
  },
  prove: {
    title: '验证备份',
    text: '请从纸上按顺序输入密钥 {{address}} 的所有助记词。它们只与密钥比对，不会保存。',
    words: '按顺序输入的助记词',
  },
  archive: {
    title: '归档密钥',
    text: '停用 {{address}} 的密钥。它不会被删除，而是保存在归档中。',
    action: '归档',
    done: '密钥已归档。',
  },
};
