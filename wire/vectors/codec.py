#!/usr/bin/env python3
"""Writes the vectors of SPEC 2, 3, 5, 7.1, 7.2, 8.3 to 8.6 and 8.12 that are about encodings, from the text alone, and reads those of 8.12.

    python3 wire/vectors/codec.py
"""
import json, pathlib

from primitives import Bytes, Refused, followed, must, sized, structure, text, u8, u16, u64, whole

HERE = pathlib.Path(__file__).parent / "codec"
WRITTEN = []
def w(name,rule,comment,valid,type,hex):
    WRITTEN.append((name,valid,type,hex))
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

# --- 8.12 ---
def period(year=2026,part=1): return "%04x%02x"%(year,part)
def aggregator(kind,key,part=1,operator=h("Alpha")):
    terms="51"*32+"%04x%04x%08x%08x"%(227,74,13,25)
    return "52"*32+period(part=part)+"%02x"%kind+op(operator)+op(key*1216)+terms
task=aggregator(2,"53")+aggregator(1,"54")
def closing(parts): return task+op("".join(period(part=part) for part in parts))
def report(id="55",public="56"*64): return id*16+"57"*32+op(public)+op("58"*1200)+op("59"*1180)
def prepared(id="55",message="5a"*400): return id*16+op("56"*64)+op("59"*1180)+op(message)
def job(reports): return "5b"*32+"%016x"%30+"5c"*32+"%016x"%0+op("".join(reports))
def share(kind=1): return "57"*32+"%02x"%kind+"5b"*32+"%016x%016x"%(29,1)+op("5d"*3632)
sig="5e"*64
w('period',"R-8.12-1","the first quarter of 2026",A,"Period",period())
w('period-part',"R-8.12-1","a fifth quarter",R,"Period",period(part=5))
w('period-year',"R-8.12-1","a quarter of 1999",R,"Period",period(year=1999))
w('period-late',"R-8.12-1","a quarter of 3000",R,"Period",period(year=3000))
w('aggregator',"R-8.12-3","a vault's part of a task, signed",A,"SignedAggregator",aggregator(2,"53")+sig)
w('aggregator-unsaid',"R-8.12-3","whose operator is not named",A,"SignedAggregator",aggregator(2,"53",operator="")+sig)
w('aggregator-kind',"R-8.12-3","of a third kind of server",R,"SignedAggregator",aggregator(3,"53")+sig)
w('aggregator-part',"R-8.12-3","of a fifth quarter",R,"SignedAggregator",aggregator(2,"53",part=5)+sig)
w('aggregator-operator',"R-8.12-3","whose operator is no text",R,"SignedAggregator",aggregator(2,"53",operator="ff")+sig)
w('report',"R-8.12-4","a contribution of two reports",A,"Contribution",op(report()+report("65")))
w('report-none',"R-8.12-4","of none",A,"Contribution","00")
w('report-public',"R-8.12-4","a public share of 65 bytes",R,"Contribution",op(report(public="56"*65)))
w('report-cut',"R-8.12-4","without the helper's share",R,"Contribution",op(report()[:-2*1182]))
w('report-list',"R-8.12-4","ids that are withdrawn",A,"ReportList",op("55"*16+"65"*16))
w('report-list-partial',"R-8.12-4","an id and a half",R,"ReportList",op("55"*16+"65"*8))
w('reported',"R-8.12-4","two that were given, and one that was withdrawn",A,"Reported",op("55"*16+"65"*16)+op("75"*16))
w('reported-one-list',"R-8.12-4","without what was withdrawn",R,"Reported",op("55"*16+"65"*16))
w('closing',"R-8.12-6","the first two quarters and the year are closed",A,"SignedClosing",closing([0,1,2])+sig)
w('closing-periods',"R-8.12-6","six periods of one year",R,"SignedClosing",closing([0,1,2,3,4,4])+sig)
w('closing-half',"R-8.12-6","of one server's part alone",R,"SignedClosing",aggregator(2,"53")+op(period())+sig)
w('progress',"R-8.12-7","half of them are done",A,"Progress","%016x"%30+"00"+"%016x"%15+"00")
w('progress-done',"R-8.12-7","all are, with the share",A,"Progress","%016x"%30+"00"+"%016x"%30+"01"+share(2)+sig)
w('progress-unsigned',"R-8.12-7","with a share that nobody signed",R,"Progress","%016x"%30+"00"+"%016x"%30+"01"+share(2))
w('job',"R-8.12-8","two reports, one of which the leader refuses",A,"Job",job([prepared(),prepared("65","")]))
w('job-most',"R-8.12-8","64 reports, as many as a job has",A,"Job",job([prepared("%02x"%(n+1),"") for n in range(64)]))
w('job-more',"R-8.12-8","65 reports",R,"Job",job([prepared("%02x"%(n+1),"") for n in range(65)]))
w('answers',"R-8.12-8","an answer, and a refusal",A,"Answers",op(op("5f"*40)+"00"))
w('answers-partial',"R-8.12-8","an answer that goes beyond the list's end",R,"Answers",op(op("5f"*40)[:-2]))
w('released',"R-8.12-9","the keyserver's share, and what it is of",A,"Released",closing([1])+sig+share()+sig)
w('released-kind',"R-8.12-9","the share of a third kind of server",R,"Released",closing([1])+sig+share(3)+sig)

# The reader of 8.12.
def few(most,read):
    def some(b):
        found=list(Bytes(b.opaque(2**30)).many(read))
        must(len(found)<=most,"5-1")
        return found
    return some
def among(read,numbers,rule):
    def one(b):
        number=read(b)
        must(number in numbers,rule)
        return number
    return one
def optional(read): return lambda b: read(b) if among(u8,(0,1),"2-6")(b) else None
id16=lambda b: b.take(16)
a_period=structure("year",among(u16,range(2000,3000),"8.12-1"),"part",among(u8,range(5),"2-7"))
a_server=among(u8,(1,2),"2-7")
terms=structure("schema",32,"cells",u16,"weight",u16,"deviation",4,"threshold",4)
an_aggregator=structure("organisation",32,"period",a_period,"kind",a_server,"operator",text(1024),"sealing_key",sized(1216),"terms",terms)
a_closing=structure("leader",an_aggregator,"helper",an_aggregator,"closed",few(5,a_period))
a_report=structure("id",16,"task",32,"public",sized(64),"leader",sized(65536),"helper",sized(65536))
a_prepared=structure("id",16,"public",sized(64),"helper",sized(65536),"message",sized(8192))
a_share=structure("task",32,"kind",a_server,"set",32,"counted",u64,"refused",u64,"sum",sized(32768))
READERS={
    "Period":a_period, "SignedAggregator":followed(an_aggregator,64), "Contribution":few(64,a_report), "ReportList":few(30000,id16),
    "Reported":structure("given",few(30000,id16),"withdrawn",few(30000,id16)), "SignedClosing":followed(a_closing,64),
    "Progress":structure("size",u64,"few",u8,"done",u64,"share",optional(followed(a_share,64))),
    "Job":structure("set",32,"size",u64,"key",32,"from",u64,"reports",few(64,a_prepared)), "Answers":few(64,sized(8192)),
    "Released":structure("closing",followed(a_closing,64),"share",followed(a_share,64)),
}
read=0
for name,valid,type,hex in WRITTEN:
    if type in READERS:
        try: whole(bytes.fromhex(hex),READERS[type]); reads=True
        except Refused: reads=False
        assert reads==valid,name
        read+=1
print(f"{len(WRITTEN)} vectors are written, {read} of 8.12 are read")
