extension SpellingTable {
    static let functionWords = """
        नहीं nahi nahin nhi nai nahee
        है hai h hy hay hei
        हैं hain hein
        हूँ hoon hun hu hoo
        हो ho
        में mein men
        मैं main
        क्या kya kyaa kia
        किया kiya kiyaa
        और aur or
        यह yeh yah
        वह woh wo vo voh vah
        भी bhi bhee
        ही hee
        तो toh tou
        था tha
        थी thi
        थे thay
        मुझे mujhe mujhko muje mujh
        मुझसे mujhse mujse
        मेरा mera
        मेरी meri
        मेरे mere
        हम hum ham
        हमें humein hamein hume hame humen hamen
        हमारा hamara humara
        हमारी hamari humari
        हमारे hamare humare
        तुम tum
        तुम्हें tumhe tumhein tumhen
        तुम्हारा tumhara tumhaara
        तुम्हारी tumhari tumhaari
        आप aap ap
        आपका aapka apka
        आपकी aapki apki
        आपके aapke apke
        आपको aapko apko
        अपना apna
        अपनी apni
        उसका uska
        उनका unka
        उन्हें unhe unhein unhen
        इन्हें inhe inhein
        कौन kaun kon koun
        कोई koi koyi
        कुछ kuch kuchh
        सब sab
        सभी sabhi sabhee
        क्यों kyun kyu kyon kyo kyoon
        कैसे kaise kese kayse kse
        कैसा kaisa kesa
        कैसी kaisi kesi
        कितना kitna kitana
        कितने kitne kitane
        कहाँ kahan kahaan
        यहाँ yahan yaha yahaan
        वहाँ wahan waha wahaan vahan
        कब kab
        अब ab
        अभी abhi abi abhee
        कभी kabhi kabi kabhee
        जब jab
        जैसे jaise jese
        वैसे waise vaise wese
        ऐसे aise ese
        ऐसा aisa esa
        लेकिन lekin lekhin
        अगर agar
        क्योंकि kyunki kyuki kyonki kyoki
        इसलिए isliye isiliye isilie islie
        के_लिए liye
        साथ saath sath
        बाद baad
        पहले pehle pahle pehele
        पास paas
        तक tak
        हाँ haan han haa
        जी ji jee
        बहुत bahut bohot bahot bht boht bohut bhut
        ज़्यादा zyada jyada zyda jada ziyada jyaada
        थोड़ा thoda thora
        थोड़ी thodi thori
        सिर्फ़ sirf
        शायद shayad shaayad
        ज़रूर zaroor jarur zarur jaroor
        बिल्कुल bilkul bilkool
        फिर phir phr
        वाला wala vala waala
        वाली wali vali waali
        वाले wale vale waale
        """
    static let verbs = """
        करना karna krna
        करने karne krne
        करता karta krta
        करते karte krte
        करके karke krke
        करो karo kro
        करूँ karun karu karoon
        करें karein karen
        कीजिए kijiye kijie kijiyega
        करूँगा karunga karoonga
        होगा hoga
        होता hota
        होती hoti
        होते hote
        हुआ hua
        हुई hui
        रहा raha rha
        रही rahi rhi
        रहे rahe rhe
        गया gaya gya
        गयी gayi gyi gayee gai
        गये gaye gye
        सकता sakta skta
        सकती sakti skti
        सकते sakte skte
        चाहिए chahiye chahie chaiye chahiya
        दीजिए dijiye dijie
        दिया diya
        लिया liya
        लीजिए lijiye lijie
        जाना jana jaana
        जाता jata jaata
        जाती jati jaati
        जाते jate jaate
        जाओ jao jaao
        जाएगा jayega jaayega jaega
        आना aana
        आता aata ata
        आती aati ati
        आते aate
        आओ aao
        आया aaya aya
        आएगा aayega ayega aaega
        बताओ batao bataao
        बताइए bataiye bataiyen bataie
        बताना batana bataana
        मिलता milta
        मिलेगा milega
        समझ samajh samjh
        समझाओ samjhao samjhaao
        लगता lagta
        खाना khana khaana
        पीना pina peena
        पढ़ाई padhai padhaai parhai
        लिखना likhna
        देखना dekhna
        देखो dekho
        सुनो suno
        """
    static let others = """
        अच्छा accha acha achha achchha achcha
        अच्छी acchi achi achhi achchi
        अच्छे acche ache achhe achche
        ठीक theek thik tik thek
        सही sahi sahee
        आज aaj aj
        सुबह subah subeh
        शाम shaam sham
        समय samay samae
        वक़्त waqt vaqt
        ज़िंदगी zindagi jindagi zindgi jindgi
        प्यार pyaar pyar
        शादी shaadi shadi
        दोस्त dost
        यार yaar yar
        भाई bhai bhaai
        बहन behen behan bahan bahen
        माँ maa
        बच्चा baccha bacha bachcha
        बच्चे bacche bachche
        पानी paani pani
        दूध doodh dudh
        चाय chai chay
        सब्ज़ी sabzi sabji
        आदमी aadmi admi
        औरत aurat
        लड़का ladka larka
        लड़की ladki larki
        घर ghar
        काम kaam
        बात baat
        नाम naam nam
        दर्द dard
        बुखार bukhar bukhaar
        खाँसी khansi khaansi
        ज़ुकाम zukam zukaam jukam
        दवाई dawai davai
        बीमार bimar beemar
        बीमारी bimari beemari
        नींद neend nind
        वज़न wajan vajan wazan
        खून khoon khun
        दिमाग dimag dimaag
        रास्ता rasta raasta
        गाड़ी gaadi gadi
        पैसा paisa
        पैसे paise
        रुपये rupaye rupay rupaiye
        सवाल sawal sawaal
        जवाब jawab jawaab javab
        मदद madad
        मुश्किल mushkil
        आसान aasan asan aasaan
        ज़रूरत zaroorat zarurat jarurat
        ज़रूरी zaruri jaruri zaroori
        कोशिश koshish
        मेहनत mehnat
        खुश khush
        खुशी khushi khushee
        दुनिया duniya duniyaa
        किताब kitab kitaab
        कहानी kahani kahaani
        छोटा chota chhota
        छोटी choti chhoti
        छोटे chote chhote
        बड़ा bada bara
        नया naya nayaa
        पुराना purana puraana
        काफ़ी kaafi kafi
        जल्दी jaldi
        शुक्रिया shukriya
        धन्यवाद dhanyavad dhanyavaad dhanyawad
        नमस्ते namaste namastey
        कृपया kripya kripaya
        माफ़ maaf maf
        गुस्सा gussa
        """
}
