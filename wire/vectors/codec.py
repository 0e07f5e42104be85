#!/usr/bin/env python3
"""Writes the vectors of SPEC 2, 3, 5, 7.1, 7.2 and 8.3 to 8.6 that are about encodings, from the text alone.

    python3 wire/vectors/codec.py
"""
import json, pathlib

HERE = pathlib.Path(__file__).parent / "codec"
def w(name,rule,comment,valid,type,hex):
    (HERE / f'{name}.json').write_text(json.dumps({"rule":rule,"comment":comment,"valid":valid,"type":type,"hex":hex},indent=1,ensure_ascii=False)+"\n")
A=True;R=False
def op(b):
    n=len(b)//2
    return ("%02x"%n if n<64 else "%04x"%(n|0x4000) if n<16384 else "%08x"%(n|0x80000000))+b
w('integers',"R-2-1","65,534, the most significant byte first",A,"Time","000000000000fffe")
w('integer-short',"R-2-1","seven bytes are no uint64",R,"Time","00000000000001")
w('opaque-empty',"R-2-2","no bytes",A,"opaque<300>","00")
w('opaque-three',"R-2-2","three bytes",A,"opaque<300>","03070707")
w('opaque-64',"R-2-2","64 bytes: a length of two bytes",A,"opaque<300>","4040"+"ab"*64)
w('opaque-16384',"R-2-2","16,384 bytes: a length of four bytes",A,"opaque<20000>","80004000"+"cd"*16384)
w('length-of-eight-bytes',"R-2-2","a length beginning with the bits 11",R,"opaque<300>","c00000000000000107")
w('opaque-cut',"R-2-2","three bytes announced, two there",R,"opaque<300>","030707")
w('length-63',"R-2-3","63 is the longest length of one byte",A,"opaque<300>","3f"+"01"*63)
w('length-in-two-bytes',"R-2-3","3 in two bytes",R,"opaque<300>","4003070707")
w('length-in-four-bytes',"R-2-3","64 in four bytes",R,"opaque<300>","80000040"+"ab"*64)
w('list-two',"R-2-4","two elements of eight bytes: the length is 16",A,"list<Time,3>","10"+"0000000000000001"+"0000000000000002")
w('list-empty',"R-2-4","no elements",A,"list<Time,3>","00")
w('list-partial',"R-2-4","the second element goes beyond the list's end",R,"list<Time,3>","0c"+"0000000000000001"+"00000002"+"00000000")
w('limit-reached',"R-2-5","as many bytes as the limit",A,"opaque<3>","03070707")
w('limit-passed',"R-2-5","one byte more than the limit",R,"opaque<3>","0407070707")
w('limit-gigabyte',"R-2-5","a length of 2^30 - 1 with one byte after it",R,"opaque<300>","bfffffff00")
w('list-limit',"R-2-5","four elements where three are the limit",R,"list<Time,3>","20"+"0000000000000001"*4)
w('optional-none',"R-2-6","nothing",A,"optional<Time>","00")
w('optional-some',"R-2-6","one",A,"optional<Time>","010000000000000001")
w('optional-two',"R-2-6","2 is neither nothing nor one",R,"optional<Time>","020000000000000001")
w('kind-known',"R-2-7","author: a device",A,"Author","02"+"11"*16)
w('kind-unknown',"R-2-7","an author of kind 3",R,"Author","03"+"11"*16)
w('kind-zero',"R-2-7","an author of kind 0",R,"Author","00")
w('label-known',"R-4.3-1","0x0301, derive team journal",A,"Label","0301")
w('label-unknown',"R-4.3-1","0x0fff is not in the registry",R,"Label","0fff")
w('text',"R-2-8","UTF-8, with an accent and a right-to-left mark",A,"text<64>","06"+"41c3a9e2808f")
w('text-not-utf8',"R-2-8","0xff is not UTF-8",R,"text<64>","01ff")
w('text-surrogate',"R-2-8","a surrogate is not UTF-8",R,"text<64>","03eda080")
w('text-overlong',"R-2-8","a slash in two bytes",R,"text<64>","02c0af")
w('structure',"R-2-9","all fields in order: a log position",A,"LogPosition","0000000000000005"+"22"*32)
w('structure-cut',"R-2-9","the last byte is missing",R,"LogPosition","0000000000000005"+"22"*31)
w('structure-left-over',"R-2-9","one byte left over",R,"LogPosition","0000000000000005"+"22"*32+"00")
w('nothing',"R-2-9","no bytes at all",R,"LogPosition","")
w('time',"R-2-10","2026-01-01T00:00:00Z, in milliseconds",A,"Time","%016x"%(1767225600000))
w('time-in-seconds-as-32-bits',"R-2-10","a time of four bytes",R,"Time","%08x"%1767225600)
w('person',"R-3-1","16 bytes",A,"person","ab"*16)
w('person-short',"R-3-1","15 bytes",R,"person","ab"*15)
w('person-long',"R-3-1","17 bytes",R,"person","ab"*17)
h=lambda t: t.encode().hex()
w('person-text',"R-3-2","lower-case digits, as text",A,"text of person",h("ab"*16))
w('person-text-upper-case',"R-3-2","upper case",R,"text of person",h("AB"*16))
w('person-text-prefix',"R-3-2","a prefix",R,"text of person",h("ab"*4))
w('person-text-space',"R-3-2","a line feed at the end",R,"text of person",h("ab"*16+"\n"))
w('person-text-0x',"R-3-2","0x before it",R,"text of person",h("0x"+"ab"*15))
w('suite',"R-5-2","a context of suite 0x004d",A,"suite","004d")
w('suite-other',"R-5-2","0x0001 is an MLS suite, but not ours",R,"suite","0001")
w('address-limit',"R-5-1","an address of 256 bytes",A,"ServerEntry",op(h('https://'+'a'*248))+'44'*32)
w('address-over-limit',"R-5-1","an address of 257 bytes",R,"ServerEntry",op(h('https://'+'a'*249))+'44'*32)
w('server-info',"R-7.1-2","what a vault says of itself",A,"ServerInfo","0001"+"02"+"44"*32)
w('server-info-kind',"R-7.1-2","a third kind of server",R,"ServerInfo","0001"+"03"+"44"*32)
signer={'team':"01"+"55"*32+"0000000000000002",'device':"02"+"66"*16,'invitation':"03"+"77"*16,'server':"04"+"88"*32,'partner':"05"+"21"*32+"66"*16+"43"*32+"88"*32+"%016x"%1767225600000+"dd"*64}
for k,v in signer.items():
    w(f'credentials-{k}',"R-7.2-1",f"signed by a {k}" if k!='invitation' else "signed by an invitation",A,"Credentials","99"*32+v+"aa"*16+"bb"*16+"cc"*32+"dd"*64)
w('credentials-signer',"R-7.2-1","signed by a person, which is no signer",R,"Credentials","99"*32+"06"+"66"*16+"aa"*16+"bb"*16+"cc"*32+"dd"*64)
w('credentials-cut',"R-7.2-1","without the last byte of the signature",R,"Credentials","99"*32+signer['device']+"aa"*16+"bb"*16+"cc"*32+"dd"*63)
w('nonces',"R-7.3-1","two nonces",A,"list<nonce,256>","20"+"ab"*16+"cd"*16)
w('nonces-partial',"R-7.3-1","a nonce and a half",R,"list<nonce,256>","18"+"ab"*16+"cd"*8)
def data(epoch=1,team="12"*32,key=1216,generation=2):
    n={1216:"44c0",1215:"44bf"}[key]
    return "11"*32+team+"%016x"%epoch+"13"*16+"%016x"%5+"14"*32+"%016x"%generation+"15"*32+n+"16"*key+"19"*32
def commit(version=1,wire=2,group="12"*32,epoch=0,ctype=3,d=None):
    return "%04x%04x"%(version,wire)+op(group)+"%016x"%epoch+"%02x"%ctype+op(d or data())+op("17"*48)+op("18"*256)
w('commit-data',"R-8.3-6","the data of a first rotation",A,"CommitData",data())
w('commit-data-cut',"R-8.3-6","the link's hash is a byte too short",R,"CommitData",data()[:-2])
w('commit',"R-8.3-7","a PrivateMessage of mls10 that carries a commit",A,"commit",commit())
w('commit-public-message',"R-8.3-7","a PublicMessage, as external commits are",R,"commit",commit(wire=1))
w('commit-application',"R-8.3-7","an application message",R,"commit",commit(ctype=1))
w('commit-version',"R-8.3-7","another version of MLS",R,"commit",commit(version=2))
w('commit-other-team',"R-8.3-7","the data name another team than the group id",R,"commit",commit(group="19"*32))
w('commit-same-epoch',"R-8.3-7","the data begin the epoch that the commit ends",R,"commit",commit(epoch=1))
w('commit-short-sealing-key',"R-8.3-2","a sealing key of 1,215 bytes",R,"commit",commit(d=data(key=1215)))
w('commit-sealing-key',"R-8.3-2","a sealing key of 1,216 bytes",A,"commit",commit())
def item(kind,body,seq=0): return "21"*32+"%016x"%seq+"00"*32+"%016x"%1767225600000+"%02x"%kind+body
receipt="12"*32+"%016x"%1+"22"*32+"13"*16+"%016x"%7+"%016x"%2+"15"*32+"23"*32
w('feed-receipt',"R-8.4-1","a receipt",A,"FeedItem",item(1,receipt))
w('feed-void',"R-8.4-1","a void",A,"FeedItem",item(2,"12"*32+"%016x"%1+"22"*32,1))
w('feed-confirmed',"R-8.4-1","a confirmation",A,"FeedItem",item(3,"12"*32+"%016x"%1+"%016x"%2,2))
w('feed-freeze',"R-8.4-1","a freeze",A,"FeedItem",item(4,"12"*32+"01",3))
w('feed-log-head',"R-8.4-1","a log head",A,"FeedItem",item(5,"%016x"%9+"24"*32,4))
w('feed-unknown',"R-8.4-1","an event of kind 6",R,"FeedItem",item(6,receipt))
w('feed-other-event',"R-8.4-1","a void as long as a receipt",R,"FeedItem",item(2,receipt))
w('refusal',"R-8.5-1","a refusal",A,"Refusal","12"*32+"%016x"%1+"22"*32+"25"*16)
w('refusal-cut',"R-8.5-1","without the device",R,"Refusal","12"*32+"%016x"%1+"22"*32)
w('head-record',"R-8.6-1","a record",A,"HeadRecord","%016x"%256+"26"*32+"%016x"%2+"01"+op("27"*100))
w('head-record-cut',"R-8.6-1","without its seal",R,"HeadRecord","%016x"%256+"26"*32+"%016x"%2+"01")
w('journal-entry',"R-6.3-1","an outer entry",A,"Entry","33"*16+"%016x"%0+"%016x"%1+"00"*32+op("28"*600))
w('journal-entry-left-over',"R-6.3-1","an outer entry and a byte",R,"Entry","33"*16+"%016x"%0+"%016x"%1+"00"*32+op("28"*600)+"00")
entry="21"*32+"%016x"%1+"22"*32+"%016x"%1767225600000+"01"
w('statement-known',"R-10-2","AddPerson",A,"SignedLogEntry",entry+"0002"+"23"*16+"01"+"24"*64)
w('statement-unknown',"R-10-2","a statement of a kind that is not known ends what can be verified",R,"SignedLogEntry",entry+"00ff"+"23"*16+"01"+"24"*64)
record="%016x"%1+"26"*32+"%016x"%2+"00"+op("27")
def page(n): return "%08x"%(n*len(record)//2|0x80000000)+record*n+"%016x"%n
w('head-page',"R-8.7-4","512 records, as many as a page holds",A,"HeadPage",page(512))
w('head-page-longer',"R-8.7-4","513 records",R,"HeadPage",page(513))
change="0000000000000007"+"33"*16+"0000000000000002"+"44"*32+"0000000000000001"
deletion="33"*16+"000001a3185c5000"
w('changes',"R-7.4-25","a journal that changed, no more, and that it will be removed",A,"Changes",op(change)+"00"+op(deletion))
w('changes-none-marked',"R-7.4-25","nothing is marked",A,"Changes","00"+"00"+"00")
w('changes-cut',"R-7.4-25","the list of what is marked is missing",R,"Changes","00"+"00")
w('changes-deletion-cut',"R-7.4-25","a mark without the last byte of its time",R,"Changes","00"+"00"+op(deletion[:-2]))
